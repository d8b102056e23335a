"""The list of contacts: found, filtered, sorted, page by page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.actions import set_tags
from crm.models import Company, Contact
from crm.search import reindex
from tests.explain import plan_of, rely_on_indexes

URL = "/a/acme/contacts/"


def names(response):
    heads = re.findall(r'<th scope="row">.*?dir="auto">(.*?)</span>', response.content.decode(), re.DOTALL)
    return [name.strip() for name in heads]


def make(inside, acme, *people, **facts):
    with inside(acme):
        contacts = [Contact(first_name=name.split()[0], last_name=name.split()[1], **facts) for name in people]
        Contact.objects.bulk_create(contacts)
        reindex(contacts)
    return contacts


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def test_contacts_stand_by_last_name_without_case_and_accents(signed_in, acme, inside):
    make(inside, acme, "Zoe adams", "Åsa Öberg", "Ben Olsen", "Ada Ångström")
    assert names(signed_in.get(URL)) == ["Zoe adams", "Ada Ångström", "Åsa Öberg", "Ben Olsen"]


def test_names_from_right_to_left_and_with_emoji_are_shown(signed_in, acme, inside):
    make(inside, acme, "شيرين عبادي", "🦊 Fox", "<b>Bold</b> Name")
    shown = names(signed_in.get(URL))
    assert {"شيرين عبادي", "🦊 Fox", "&lt;b&gt;Bold&lt;/b&gt; Name"} == set(shown)


def test_heads_sort_and_say_so(signed_in, acme, inside):
    make(inside, acme, "Ada Adams", "Ben Berg")
    response = signed_in.get(URL, {"sort": "-name"})
    assert names(response) == ["Ben Berg", "Ada Adams"]
    assert 'aria-sort="descending"' in response.content.decode()
    assert names(signed_in.get(URL, {"sort": "changed"})) == ["Ben Berg", "Ada Adams"]


def test_sorting_by_company_puts_those_without_last(signed_in, acme, inside):
    with inside(acme):
        firm = Company.objects.create(name="Zinc")
        first = Company.objects.create(name="Aluminium")
    make(inside, acme, "Ada Adams")
    make(inside, acme, "Ben Berg", company=firm)
    make(inside, acme, "Cid Cole", company=first)
    assert names(signed_in.get(URL, {"sort": "company"})) == ["Cid Cole", "Ben Berg", "Ada Adams"]


def test_words_find(signed_in, maren, edith):
    assert names(signed_in.get(URL, {"q": "tidew mar"})) == ["Maren Holt"]
    assert names(signed_in.get(URL, {"q": "pell"})) == ["Edith Pell"]


def test_filters_by_owner_tag_and_company(signed_in, acme, alice, inside, member_of, maren, edith, tidewater):
    with inside(acme):
        set_tags(edith, ["Retainer"])
    assert names(signed_in.get(URL, {"owner": str(member_of(alice).public_id)})) == ["Edith Pell"]
    assert names(signed_in.get(URL, {"owner": "nobody"})) == []
    assert names(signed_in.get(URL, {"tag": "retainer"})) == ["Edith Pell"]
    assert names(signed_in.get(URL, {"company": str(tidewater.public_id)})) == ["Maren Holt"]
    assert names(signed_in.get(URL, {"company": "tidewater mu"})) == ["Maren Holt"]
    assert names(signed_in.get(URL, {"company": "tidewater mu", "tag": "retainer"})) == []


@pytest.mark.parametrize(
    "asked",
    [{"owner": "x"}, {"tag": "unknown"}, {"company": "00000000-0000-0000-0000-000000000000"}, {"owner": "\0"}],
)
def test_a_filter_that_fits_nothing_shows_nothing(signed_in, maren, asked):
    response = signed_in.get(URL, asked)
    assert names(response) == []
    assert "No contacts match" in response.content.decode()
    assert "Clear filters" in response.content.decode()


@pytest.mark.parametrize("asked", [{"q": "\0"}, {"q": "💥" * 300}, {"sort": "password"}, {"q": "%_'\""}])
def test_odd_questions_get_an_answer(signed_in, maren, asked):
    assert signed_in.get(URL, asked).status_code == 200


def test_an_empty_list_says_what_it_is_for(signed_in, bob):
    text = signed_in.get(URL).content.decode()
    assert "No contacts yet" in text
    assert "Clear filters" not in text


def test_set_filters_stand_as_chips_that_take_themselves_off(signed_in, acme, inside, edith):
    with inside(acme):
        set_tags(edith, ["Retainer"])
    text = signed_in.get(URL, {"tag": "retainer", "q": "pell", "page": "x"}).content.decode()
    assert re.search(r'class="chip on"\s+href="\?q=pell">\s*Tag: Retainer', text)


def test_pages_hold_fifty_and_lead_on(signed_in, acme, inside):
    make(inside, acme, *(f"Given{number:03} Family{number:03}" for number in range(120)))
    response, seen = signed_in.get(URL), []
    while True:
        seen += names(response)
        following = re.search(r'rel="next"\s+href="([^"]+)"', response.content.decode())
        if not following:
            break
        response = signed_in.get(URL + following[1])
    assert seen == [f"Given{number:03} Family{number:03}" for number in range(120)]
    back = re.search(r'rel="prev"\s+href="([^"]+)"', response.content.decode())[1]
    assert names(signed_in.get(URL + back))[0] == "Given050 Family050"


def test_a_link_to_a_page_that_is_out_of_date_starts_again(signed_in, maren):
    text = signed_in.get(URL, {"page": "gAAAA-nonsense"}).content.decode()
    assert "This is the first page." in text
    assert "Maren Holt" in text


def test_the_count_is_exact_when_it_is_cheap(signed_in, acme, inside):
    make(inside, acme, *(f"Given{number} Family" for number in range(60)))
    assert re.search(r'id="count">\s*60\s*<', signed_in.get(URL).content.decode())


def test_who_sees_only_own_records_gets_only_own_rows(signed_in, bob, only_own, maren, edith):
    assert names(signed_in.get(URL)) == ["Maren Holt"]
    assert names(signed_in.get(URL, {"q": "pell"})) == []


def test_htmx_gets_the_rows_alone(signed_in, maren):
    text = signed_in.get(URL, {"q": "maren"}, headers={"HX-Request": "true"}).content.decode()
    assert "Maren Holt" in text
    assert "<html" not in text
    assert 'id="count" hx-swap-oob="true"' in text
    assert 'href="?q=maren&amp;panel=filters"' in text


def test_the_list_asks_no_more_for_more_rows(signed_in, acme, inside, bob, tidewater, member_of):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(URL)
        return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]

    facts = {"company": tidewater, "owner": member_of(bob)}
    make(inside, acme, "Ada Adams", "Ben Berg", **facts)
    signed_in.get(URL)
    few = statements()
    people = make(inside, acme, *(f"Given{number} Family" for number in range(10)), **facts)
    with inside(acme):
        for person in people:
            set_tags(person, ["client", "food"])
    many = statements()
    assert len(few) == len(many)
    assert len(many) <= 8  # the last of which is the timer of the bar


def test_the_list_reads_one_page_however_long_it_is(signed_in, acme, inside):
    make(inside, acme, *(f"Given{number} Family" for number in range(2000)))
    with CaptureQueriesContext(connection) as captured:
        signed_in.get(URL)
    statement = next(query["sql"] for query in captured if "LIMIT 51" in query["sql"])
    choosing = re.search(r"ANY\(ARRAY\((SELECT .*? LIMIT 51)\)", statement)[1]
    with inside(acme):
        rely_on_indexes()
        plan = plan_of(choosing)
    assert "contact_by_name" in plan.text
    assert plan.rows_read <= 60, plan.text
