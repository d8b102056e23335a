"""Archives for programs: as on the pages, in every standing."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Membership, OutgoingMail, StoredFile
from privacy.exports import actions
from privacy.exports.models import Export


def letters():
    return sorted(OutgoingMail.objects.filter(kind__startswith="export").values_list("kind", flat=True))


def written(acme, inside):
    """A worker's part, without its hundred tables: tests/privacy has those."""
    with inside(acme):
        export = Export.objects.latest("id")
        by = export.by
        export.file = actions.store(iter([b"all of it"]), purpose=actions.ARCHIVE, name="acme.zip", by=by)
        export.end("ready")


def test_an_archive_is_asked_for_watched_fetched_and_thrown_away_in_a_read_only_account(
    alices, acme, inside, files_folder
):
    type(acme).objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=70))
    assert alices.post("contacts/", {"first_name": "x"}).status_code == 402
    made = alices.post("exports/", {"scope": "account"})
    assert (made.status_code, made.data["state"], made.data["person"]) == (201, "running", None), made.data
    assert made.data["rows_total"] > made.data["rows_written"] == 0
    one = f"exports/{made.data['id']}/"
    twice = alices.post("exports/", {"scope": "account"})
    assert (twice.status_code, twice.data["errors"]) == (422, {"record": [actions.UNDER_WAY]})
    assert [alices.post(f"{one}download/").status_code, alices.delete(one).status_code] == [409, 409]

    written(acme, inside)
    ready = alices.get(one).data
    assert (ready["state"], ready["is_available"], ready["size"], ready["link"]) == ("ready", True, 9, None)
    assert ready["rows_written"] == ready["rows_total"] > 0
    told = alices.post(f"{one}download/").data
    file = alices.get(told["link"], Range="bytes=4-")  # from where it broke
    assert (told["downloads"], file.status_code, b"".join(file.streaming_content)) == (1, 206, b"of it")
    assert letters() == ["export_asked", "export_fetched"]

    assert alices.delete(one).status_code == 204
    assert alices.get(one).data["is_available"] is False
    assert (alices.post(f"{one}download/").status_code, alices.get(told["link"]).status_code) == (410, 404)


def test_its_link_is_for_the_member_who_asked_and_for_nobody_who_finds_it(
    alices, mallorys, acme, alice, bob, program_of, inside, files_folder
):
    Membership.objects.filter(account=acme, user=bob).update(role="owner")
    one = f"exports/{alices.post('exports/', {'scope': 'account'}).data['id']}/"
    written(acme, inside)
    link = alices.post(f"{one}download/").data["link"]
    assert Client().get(link).status_code == 404
    signed_in = Client()
    signed_in.force_login(alice)
    assert [each.get(link).status_code for each in (signed_in, mallorys, program_of(acme, bob))] == [404, 404, 404]
    assert alices.get(link).status_code == 200
    Membership.objects.filter(account=acme, user=alice).update(role="member", is_privacy_approver=False)
    assert alices.get(link).status_code == 404  # who may not export any more may not fetch either
    Membership.objects.filter(account=acme, user=alice).update(role="owner")
    ApiKey.objects.update(revoked_at=timezone.now())
    assert alices.get(link).status_code == 404


def test_its_days_end(alices, acme, inside, files_folder):
    one = f"exports/{alices.post('exports/', {'scope': 'account'}).data['id']}/"
    written(acme, inside)
    with inside(acme):
        StoredFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert alices.get(one).data["is_available"] is False
    assert alices.post(f"{one}download/").status_code == 410


def test_who_may_and_of_what(alices, acme, bob, program_of, inside, files_folder):
    member = str(Membership.objects.get(account=acme, user=bob).public_id)
    bobs = program_of(acme, bob)
    assert bobs.get("exports/").status_code == 403
    assert program_of(acme, bob, "crm:write").get("exports/").status_code == 403
    Membership.objects.filter(account=acme, user=bob).update(is_privacy_approver=True)
    assert bobs.get("exports/").data["results"] == []
    for body, wrong in (
        ({}, "scope"),
        ({"scope": "all"}, "scope"),
        ({"scope": "contact"}, "scope"),
        ({"scope": "person"}, "person"),
        ({"scope": "person", "person": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "person"),
    ):
        refused = bobs.post("exports/", body)
        assert (refused.status_code, wrong in refused.data["errors"]) == (422, True), (body, refused.data)
    made = bobs.post("exports/", {"scope": "person", "person": member}, idempotency_key="once")
    assert (made.status_code, made.data["person"], made.data["by"]) == (201, member, member)
    again = bobs.post("exports/", {"scope": "person", "person": member}, idempotency_key="once")
    assert again.data["id"] == made.data["id"]  # not another
    for _ in range(2):
        written(acme, inside)
        made = alices.post("exports/", {"scope": "account"})
        assert made.status_code == 201
    written(acme, inside)
    assert alices.post("exports/", {"scope": "account"}).data["errors"] == {"record": [actions.ENOUGH]}
    assert len(alices.get("exports/?state=ready").data["results"]) == 3
