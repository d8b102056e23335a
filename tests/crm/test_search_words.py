"""Records are found by the beginnings of their words, quickly, also behind the fence."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import search
from crm.models import Company, Contact, ContactEmail, ContactPhone, SearchToken
from crm.search import matching, reindex
from crm.spread import spread
from lib.keyset import capped_count
from tests.explain import plan_of, rely_on_indexes

pytestmark = pytest.mark.django_db


def found(text, model=Contact):
    return [str(record) for record in model.objects.filter(matching(model, text)).order_by("name_key")]


@pytest.fixture
def people(in_acme):
    tidewater = Company.objects.create(name="Tidewater Museum", domain="tidewater.example")
    maren = Contact.objects.create(
        first_name="Maren", last_name="Holt-Åberg", email="m.holt@tidewater.example",
        phone="+45 20 55 01 77", company=tidewater,
    )  # fmt: skip
    ContactEmail.objects.create(contact=maren, email="maren@home.example")
    ContactPhone.objects.create(contact=maren, phone="+45 33 55 01 40")
    others = [Contact.objects.create(first_name="Maria", last_name="Özil"), Contact.objects.create(first_name="شيرين")]
    reindex([maren, *others])
    reindex([tidewater])
    return maren


def test_a_search_of_very_many_words_asks_for_ten_in_two_statements(in_acme, monkeypatch):
    monkeypatch.setattr(search, "FEW", 0)
    letters = " ".join("abcdefghijklmnopqrstuvwxyz")
    reindex([Contact.objects.create(first_name=letters)])
    with CaptureQueriesContext(connection) as asked:
        found(letters)
    assert len(asked) == 2
    assert asked[1]["sql"].count("INTERSECT") == search.MOST_WORDS - 1


def test_how_common_words_are_is_read_from_their_index_alone(in_acme):
    reindex(
        Contact.objects.bulk_create(Contact(first_name=f"Given{number}", last_name="Same") for number in range(3000)),
        are_new=True,
    )
    rely_on_indexes()
    with CaptureQueriesContext(connection) as captured:
        seen = spread(["given299", "same", "zzz"], search.FEW, 5000)
    assert [{kind: each.words for kind, each in found.items()} for found in seen] == [
        {"contact": 11},
        {"contact": 3000},
        {},
    ]
    assert (len(seen[0]["contact"].records), seen[1]["contact"].records) == (11, None)  # few are handed over
    plan = plan_of(captured[-1]["sql"])
    assert any("token >= " in condition and "token < " in condition for condition in plan.index_conditions), plan.text
    assert "Seq Scan" not in plan.text
    assert plan.removed == 0, plan.text


@pytest.mark.parametrize(
    "text",
    ["maren", "MAR hol", "aberg", "Åberg", "tidew maren", "m.holt@tidewater.example", "m.holt@tide", "home.example",
     "maren@home.example", "20550177", "+45 20 55 01 77", "0045 2055 0177", "33 55 01 40", "  maren  "],
)  # fmt: skip
def test_a_contact_is_found_by(people, text):
    assert found(text) == ["Maren Holt-Åberg"]


def test_every_word_must_match(people):
    assert found("mar") == ["Maren Holt-Åberg", "Maria Özil"]
    assert found("mar ozil") == ["Maria Özil"]
    assert found("maren ozil") == []
    assert found("aren") == []


def test_names_from_right_to_left_are_found(people):
    assert found("شيرين") == ["شيرين"]


def test_a_company_is_found_by_its_name_and_site(people):
    assert found("museum", Company) == ["Tidewater Museum"]
    assert found("tidewater.example", Company) == ["Tidewater Museum"]
    assert found("maren", Company) == []


def test_former_words_are_forgotten(people):
    people.last_name = "Lind"
    people.save()
    reindex([people])
    assert found("holt-aberg") == []
    assert found("lind") == ["Maren Lind"]


def test_very_long_words_are_cut_alike_in_the_table_and_in_the_question(in_acme):
    contact = Contact.objects.create(first_name="ö" * 200)
    reindex([contact])
    assert found("ö" * 200) == [str(contact)]
    assert len(SearchToken.objects.get().token) == 80


def test_reindexing_many_takes_no_more_statements_than_two(people):
    for records in (2, 3):
        with CaptureQueriesContext(connection) as captured:
            reindex(list(Contact.objects.all()[:records]))
        assert len(captured) == 7  # contacts, their companies, addresses, numbers, positions; one DELETE, one INSERT


def test_words_of_another_account_are_not_found(acme, globex, inside):
    with inside(globex):
        reindex([Contact.objects.create(first_name="Stranger")])
        assert found("stranger") == ["Stranger"]
    with inside(acme):
        assert found("stranger") == []


def test_the_words_index_serves_prefixes_under_the_row_policy(in_acme, monkeypatch):
    monkeypatch.setattr(search, "FEW", 0)
    contacts = Contact.objects.bulk_create(
        Contact(first_name=f"Given{number}", last_name=f"Family{number}") for number in range(3000)
    )
    reindex(contacts, are_new=True)
    rely_on_indexes()
    with CaptureQueriesContext(connection) as captured:  # without an order, which another index could serve
        assert len(Contact.objects.live().filter(matching(Contact, "family299"))) == 11
    plan = plan_of(captured[-1]["sql"])
    assert any("token >= " in condition and "token < " in condition for condition in plan.index_conditions), plan.text
    assert plan.removed < 1000, plan.text


@pytest.mark.parametrize("text", ["mar", "mar ozil", "museum maren"])
def test_common_words_find_what_rare_ones_find(people, monkeypatch, text):
    """Records of few words are handed over by number: of all words, of some, of none; then most hits are in vain."""
    of_rare_words = found(text)
    for few in (1, 0):
        monkeypatch.setattr(search, "FEW", few)
        assert found(text) == of_rare_words
    monkeypatch.setattr(search, "COMMON", 0)
    assert "IS TRUE" in str(Contact.objects.filter(matching(Contact, text)).query)
    assert found(text) == of_rare_words


def test_a_page_of_a_common_word_is_full_after_a_few_rows(in_acme, monkeypatch):
    contacts = Contact.objects.bulk_create(
        Contact(first_name="Same", last_name=str(number), name_key=f"{number:04}") for number in range(3000)
    )
    reindex(contacts, are_new=True)
    monkeypatch.setattr(search, "COMMON", 2000)
    found = Contact.objects.live().filter(matching(Contact, "same"))
    assert "IS TRUE" in str(found.query)
    rely_on_indexes()
    plan = plan_of(*found.order_by("name_key", "id")[:51].query.sql_with_params())
    assert any(node.get("Index Name") == "contact_by_name" and node["Actual Rows"] == 51 for node in plan.nodes), (
        plan.text
    )
    with CaptureQueriesContext(connection) as captured:
        assert capped_count(found.order_by("name_key", "id"), 1000).number == 1000
    plan = plan_of(captured[-1]["sql"])
    assert any(node.get("Index Name") == "contact_by_name" and node["Actual Rows"] == 1001 for node in plan.nodes), (
        plan.text
    )
