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


def test_rates_and_reports_of_hours(acme, alice, bob, inside, program_of):
    owners, members = program_of(acme, alice), program_of(acme, bob)
    project = owners.post("projects/", {"name": "Website"}).data["id"]
    rate = {"project": project, "amount": {"amount": "90.00", "currency": "EUR"}, "starts_on": "2026-11-01"}
    made = owners.post("rates/", rate)
    assert (made.status_code, made.data["amount"]) == (201, rate["amount"])
    assert owners.get("rates/").data["results"] == [made.data]
    for wrong in ({"kind": "cost"}, {"amount": {"amount": "1", "currency": "DKK"}}, {"task": project}):
        assert owners.post("rates/", rate | wrong).status_code == 422
    cost = owners.post("rates/", {"kind": "cost", "amount": {"amount": "41.17", "currency": "EUR"}})
    assert cost.status_code == 201 and len(owners.get("rates/?kind=cost").data["results"]) == 1
    assert members.get("rates/").status_code == 403 and members.post("rates/", rate).status_code == 403

    for program, minutes in ((owners, 60), (members, 30)):
        entry = {"project": project, "day": "2026-11-03", "minutes": minutes}
        assert program.post("time-entries/", entry).status_code == 201
    url = "reports/hours/?from=2026-11-01&to=2026-11-30&by=project&money=on"
    found = owners.get(url).data
    assert found["total"] == {
        "minutes": 90, "billable_minutes": 90, "entries": 2, "billed": {"EUR": "135.00"}, "cost": {"EUR": "61.76"},
    }  # fmt: skip
    assert [(line["project"], line["minutes"]) for line in found["lines"]] == [(project, 90)]
    own = members.get(url).data
    assert own["total"] == {"minutes": 30, "billable_minutes": 30, "entries": 1}
    assert owners.get("reports/hours/?by=person&from=2026-11-01&to=2026-11-30").data["hides_people"]
    assert owners.get("reports/hours/?sort=x").status_code == 400
    for days, wrong in (
        ("from=9999-12-31", "from"),
        ("from=2026-11-30&to=2026-11-01", "to"),
        ("from=2019-01-01&to=2026-11-01", "to"),
    ):
        refused = owners.get(f"reports/hours/?{days}")
        assert (refused.status_code, list(refused.data["errors"])) == (422, [wrong]), days
    assert owners.get("reports/hours/?by=money").status_code == 400
