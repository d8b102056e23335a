"""The firm's own fields in lists: shown, narrowed by, sorted by."""

import re

import pytest

from crm.fields import keys
from crm.models import Contact
from tests.crm.fields.conftest import own_field  # noqa: F401
from tests.crm.test_contacts import names

URL = "/a/acme/contacts/"


@pytest.fixture
def people(own_field, acme, inside):  # noqa: F811
    own_field("Level", "choice", choices=["Gold", "Silver"])
    own_field("Size", "number")
    own_field("Since", "date")
    own_field("Motto", "text")
    values = {
        "Ada": {"level": "gold", "size": 9, "since": "2026-02-01", "motto": "Über alles"},
        "Ben": {"level": "silver", "size": 10.5, "since": "2026-03-01"},
        "Cid": {"size": -3},
        "Dee": {},
    }
    with inside(acme):
        made = [Contact(first_name=name, custom=custom) for name, custom in values.items()]
        Contact.objects.bulk_create(made)
        keys.store(made)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"own.level": "Gold"}, ["Ada"]),
        ({"own.level": "Bronze"}, []),
        ({"has.level": "no"}, ["Cid", "Dee"]),
        ({"has.size": "yes"}, ["Ada", "Ben", "Cid"]),
        ({"own.size_from": "9", "own.size_to": "10"}, ["Ada"]),
        ({"own.size_from": "nine"}, []),
        ({"own.since_from": "2026-02-02"}, ["Ben"]),
        ({"own.since_to": "2026-02-31"}, []),
        ({"own.motto": "uber"}, ["Ada"]),
        ({"sort": "own.size"}, ["Cid", "Ada", "Ben", "Dee"]),
        ({"sort": "-own.size"}, ["Dee", "Ben", "Ada", "Cid"]),
    ],
    ids=str,
)
def test_own_fields_narrow_and_sort(client, bob, people, asked, found):
    client.force_login(bob)
    assert names(client.get(URL, asked)) == found


def test_pages_of_a_list_sorted_by_an_own_field_go_on_where_they_ended(client, bob, acme, inside, people):
    with inside(acme):
        made = [Contact(first_name=f"Given{number:03}", custom={"size": number % 7}) for number in range(60)]
        Contact.objects.bulk_create(made)
        keys.store(made)
    client.force_login(bob)
    for sort in ("own.size", "-own.size"):
        seen, following = [], f"?sort={sort}"
        while following:
            response = client.get(URL + following)
            seen += names(response)
            more = re.search(r'rel="next"\s+href="([^"]+)"', response.content.decode())
            following = more and more[1].replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == 64


def test_the_panel_offers_own_fields_with_what_is_set(client, bob, people):
    client.force_login(bob)
    text = client.get(URL, {"panel": "filters", "own.level": "Gold"}).content.decode()
    assert '<option value="Gold" selected>' in text
    assert re.search(r'<input type="date" name="own.since_from"', text)
    assert re.search(r'class="chip on"\s+href="\?">\s*Level: Gold', text)
