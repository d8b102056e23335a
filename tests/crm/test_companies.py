"""The list of companies, and the page of one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.actions import set_tags
from crm.models import Company, Contact
from crm.search import reindex

URL = "/a/acme/companies/"


def names(response):
    heads = re.findall(r'<th scope="row">.*?dir="auto">(.*?)</span>', response.content.decode(), re.DOTALL)
    return [name.strip() for name in heads]


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def make(inside, acme, *names, **facts):
    with inside(acme):
        companies = Company.objects.bulk_create(Company(name=name, **facts) for name in names)
        reindex(companies)
    return companies


def test_companies_stand_by_name_with_the_number_of_their_people(signed_in, acme, inside, maren, tidewater):
    make(inside, acme, "Ålborg Works", "brightfold")
    response = signed_in.get(URL)
    assert names(response) == ["Ålborg Works", "brightfold", "Tidewater Museum"]
    numbers = re.findall(r'<td class="num hide-sm">(\d+)</td>', response.content.decode())
    assert numbers == ["0", "0", "1"]


def test_people_in_the_bin_are_not_counted(signed_in, acme, inside, maren, bob, member_of):
    from crm.actions import move_to_bin

    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    assert '<td class="num hide-sm">0</td>' in signed_in.get(URL).content.decode()


def test_words_and_filters_find(signed_in, acme, inside, tidewater):
    make(inside, acme, "Brightfold")
    with inside(acme):
        set_tags(tidewater, ["museum"])
    assert names(signed_in.get(URL, {"q": "tide"})) == ["Tidewater Museum"]
    assert names(signed_in.get(URL, {"tag": "museum"})) == ["Tidewater Museum"]
    assert names(signed_in.get(URL, {"owner": "nobody"})) == ["Brightfold"]
    assert names(signed_in.get(URL, {"sort": "-name"})) == ["Tidewater Museum", "Brightfold"]
    assert "No companies match" in signed_in.get(URL, {"q": "zzz"}).content.decode()


def test_an_empty_list_says_what_it_is_for(signed_in):
    empty = signed_in.get(URL).content.decode()
    assert "No companies yet" in empty and 'href="/a/acme/admin/import/">Import a file</a>' in empty


def test_who_sees_only_own_records_gets_only_own_rows(signed_in, acme, inside, tidewater, only_own):
    make(inside, acme, "Brightfold")
    assert names(signed_in.get(URL)) == ["Tidewater Museum"]


def test_the_list_asks_no_more_for_more_rows(signed_in, acme, inside, bob, member_of):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(URL)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    make(inside, acme, "One", "Two", owner=member_of(bob))
    signed_in.get(URL)
    few = statements()
    companies = make(inside, acme, *(f"Firm {number}" for number in range(10)), owner=member_of(bob))
    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name="x", company=company) for company in companies)
        for company in companies:
            set_tags(company, ["client"])
    assert statements() == few <= 8


def test_a_companys_page_lists_its_people(signed_in, acme, inside, maren, edith, tidewater):
    text = signed_in.get(f"{URL}{tidewater.public_id}/").content.decode()
    assert f"/a/acme/contacts/{maren.public_id}/" in text
    assert "Edith Pell" not in text


def test_its_people_have_pages(signed_in, acme, inside, tidewater):
    with inside(acme):
        Contact.objects.bulk_create(
            Contact(first_name="G", last_name=f"Family{number:02}", company=tidewater) for number in range(30)
        )
    url = f"{URL}{tidewater.public_id}/"
    text = signed_in.get(url).content.decode()
    assert "Family19" in text
    assert "Family20" not in text
    following = re.search(r'href="\?people=([^"]+)"', text)[1]
    part = signed_in.get(url, {"people": following}, headers={"HX-Request": "true"}).content.decode()
    assert "Family20" in part
    assert "<html" not in part


def test_people_one_may_not_see_are_not_listed(signed_in, acme, alice, inside, tidewater, maren, only_own, member_of):
    with inside(acme):
        Contact.objects.create(first_name="Hidden", company=tidewater, owner=member_of(alice))
    text = signed_in.get(f"{URL}{tidewater.public_id}/").content.decode()
    assert "Maren" in text
    assert "Hidden" not in text


def test_names_are_proposed_while_typing(signed_in, acme, inside, tidewater):
    make(inside, acme, "Brightfold", "Tide <b>")
    text = signed_in.get(f"{URL}names/", {"company": "ti"}).content.decode()
    assert "Tidewater Museum" in text
    assert "Brightfold" not in text
    assert "Tide &lt;b&gt;" in text
    assert signed_in.get(f"{URL}names/").content.strip() == b""
