"""Kinds of expenses and of time off: archived and back, each said once, and nobody else's."""

import pytest

from audit.models import Event
from timetracking.models import ExpenseCategory, TimeOffType

ROOMS = [
    ("expenses", ExpenseCategory, "expense_category", {"name": "Fares", "unit": "", "rate": ""}),
    ("off", TimeOffType, "time_off_type", {"name": "Fares", "colour": "2"}),
]


@pytest.fixture(params=ROOMS, ids=lambda room: room[0])
def room(request, acme, inside):
    place, model, told_as, changed = request.param
    with inside(acme):
        kind = model.objects.get(name="Other")
    return f"/a/acme/admin/time/{place}/{kind.public_id}/", kind, told_as, changed


def test_what_is_archived_twice_is_archived_once(client, alice, acme, room, inside):
    url, kind, told_as, changed = room
    client.force_login(alice)
    for sent in ({}, {}, {"restore": "1"}, {"restore": "1"}):
        assert client.post(f"{url}archive/", sent).status_code == 302
    assert client.post(url, changed | {"version": kind.version}).status_code == 409
    assert client.post(url, changed | {"version": kind.version + 2}).status_code == 302
    with inside(acme):
        kind.refresh_from_db()
        told = Event.objects.filter(kind__startswith=told_as).order_by("id").values_list("kind", flat=True)
        assert (kind.name, kind.is_active) == ("Fares", True)
        assert list(told) == [f"{told_as}.archived", f"{told_as}.restored", f"{told_as}.changed"]


def test_others_change_no_kind(client, bob, mallory, globex, acme, room, inside):
    url, kind, _, changed = room
    tries = ((bob, url, 403), (mallory, url, 404), (mallory, url.replace("acme", "globex"), 404))
    for user, place, status in tries:
        client.force_login(user)
        for address, sent in ((place, changed | {"version": kind.version}), (f"{place}archive/", {})):
            assert client.post(address, sent).status_code == status, (user, address)
    with inside(acme):
        assert type(kind).objects.get(pk=kind.pk).version == kind.version
