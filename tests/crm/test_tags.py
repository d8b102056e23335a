"""Tags on the record's page: added by a word, taken off by a cross."""

import pytest

from audit.models import Event, Payload
from crm.models import Tag


@pytest.fixture(params=["contacts", "companies"])
def record(request, maren, tidewater):
    return maren if request.param == "contacts" else tidewater


@pytest.fixture
def url(client, bob, record):
    client.force_login(bob)
    kind = "contacts" if record._meta.model_name == "contact" else "companies"
    return f"/a/acme/{kind}/{record.public_id}/tags/"


def tags(record):
    return sorted(link.tag.name for link in record.tags.select_related("tag"))


def test_a_tag_is_added_once(client, acme, inside, url, record):
    for word in ("Main  contact", "main CONTACT", ""):
        assert client.post(url, {"add": word}).status_code == 302
    with inside(acme):
        assert tags(record) == ["Main contact"]
        assert Tag.objects.count() == 1
        event = Event.objects.get(kind=f"{record._meta.model_name}.changed", record_id=record.public_id)
        assert Payload.objects.get(event_id=event.pk).data["changes"] == {"tags": ["", "Main contact"]}


def test_a_tag_is_taken_off(client, acme, inside, url, record):
    client.post(url, {"add": "client"})
    client.post(url, {"add": "food"})
    client.post(url, {"remove": "client"})
    with inside(acme):
        assert tags(record) == ["food"]


def test_a_tag_of_another_account_is_not_shared(client, acme, globex, inside, url, record):
    with inside(globex):
        theirs = Tag.objects.create(name="client")
    client.post(url, {"add": "client"})
    with inside(acme):
        assert Tag.objects.get().pk != theirs.pk


def test_a_tag_on_both_is_the_same_tag(client, acme, bob, inside, maren, tidewater):
    client.force_login(bob)
    client.post(f"/a/acme/contacts/{maren.public_id}/tags/", {"add": "client"})
    client.post(f"/a/acme/companies/{tidewater.public_id}/tags/", {"add": "Client"})
    with inside(acme):
        assert tags(maren) == tags(tidewater) == ["client"]
