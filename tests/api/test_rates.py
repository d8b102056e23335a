"""What an hour costs reaches no program of somebody who may not see it."""

from timetracking.models import Project

RATE = "733.39"


def test_no_program_of_a_members_reads_a_rate(acme, alice, bob, inside, program_of):
    with inside(acme):
        project = Project.objects.create(name="Website", name_key="website", hourly_rate=RATE, currency="EUR")
    owners, members = program_of(acme, alice), program_of(acme, bob)
    told, read = set(), 0
    for address, operations in members.get("/api/v1/schema/").data["paths"].items():
        if "get" in operations:
            url = address.lstrip("/").replace("{id}", str(project.public_id))
            told |= {url} if RATE.encode() in owners.get(url).content else set()
            answer = members.get(url)
            assert RATE.encode() not in answer.content, url
            read += answer.status_code == 200
    assert read >= 8 and len(told) >= 2
