"""The bin for programs."""

from accounts.models import Membership
from crm.activities import actions
from crm.models import Activity


def test_what_was_deleted_is_listed_and_taken_out(alices, acme, carol, program_of):
    bodies = {
        "contacts": {"first_name": "Maren"}, "companies": {"name": "Tidewater"}, "deals": {"name": "Brochure"},
        "activities": {"subject": "Call"},
    }  # fmt: skip
    readers = program_of(acme, carol)
    for name, body in bodies.items():
        made = alices.post(f"{name}/", body).data
        address = f"{name}/{made['id']}/"
        assert made["deleted_at"] is None
        assert alices.post(f"{address}restore/").data["version"] == made["version"]  # not deleted: nothing happens
        alices.delete(address)
        assert alices.get(address).status_code == 404
        (binned,) = alices.get(f"{name}/?binned=true").data["results"]
        assert (binned["id"], binned["deleted_at"] is None) == (made["id"], False)
        assert alices.get(f"{name}/?binned=false").data["results"] == alices.get(f"{name}/").data["results"] == []
        assert readers.get(f"{name}/?binned=true").data["results"] == []  # who may not delete has no bin
        assert readers.post(f"{address}restore/").status_code == 403
        assert alices.post(f"{address}restore/", if_match='"1"').status_code == 412
        back = alices.post(f"{address}restore/", if_match=f'"{binned["version"]}"')
        assert (back.status_code, back.data["deleted_at"], back["ETag"]) == (200, None, f'"{back.data["version"]}"')
        assert alices.get(f"{name}/?binned=true").data["results"] == []


def test_a_colleagues_record_stays_in_the_bin(alices, acme, bob, program_of):
    made = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    alices.delete(f"contacts/{made}/")
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    bobs = program_of(acme, bob)
    assert bobs.get("contacts/?binned=true").data["results"] == []
    assert bobs.post(f"contacts/{made}/restore/").status_code == 404


def test_a_series_that_went_on_is_not_doubled_by_restoring(alices, acme, alice, inside):
    body = {"subject": "Report", "due_on": "2026-11-23", "repeats": "FREQ=WEEKLY"}
    alices.post("activities/", body)
    with inside(acme):
        member = acme.memberships.get(user=alice)
        first = Activity.objects.get()
        second = actions.complete(first, by=member)
        actions.move_to_bin(second, by=member)
        actions.restore(Activity.objects.get(pk=second.pk))
        assert Activity.objects.get(pk=second.pk).repeats  # nothing stands for it: it is the series again
        actions.move_to_bin(Activity.objects.get(pk=second.pk), by=member)
        actions.complete(actions.reopen(Activity.objects.get(pk=first.pk)), by=member)
    alices.post(f"activities/{second.public_id}/restore/")
    with inside(acme):
        assert [each.repeats != "" for each in Activity.objects.open().order_by("id")] == [False, True]
