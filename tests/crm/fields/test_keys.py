"""Contacts are found and sorted by own fields, through the index, behind the fence."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from crm import search
from crm.fields import keys, registry
from crm.merging import actions as merging
from crm.models import Contact, CustomKey
from tests.explain import plan_of, rely_on_indexes

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(own_field, in_acme):
    """Makes contacts of these values; stored like any others."""

    def make(field, values):
        made = [Contact(first_name=str(value), custom={} if value is None else {field.key: value}) for value in values]
        Contact.objects.bulk_create(made)
        keys.store(made, are_new=True)
        search.reindex(made, are_new=True)
        return made

    return make


def found(condition):
    return {contact.first_name for contact in Contact.objects.filter(condition)}


def in_order(field):
    rows = Contact.objects.annotate(own=keys.ordering(field)).order_by(F("own").asc(nulls_last=True), "id")
    return [contact.first_name for contact in rows]


def test_numbers_below_zero_come_first_and_nothing_last(own_field, people):
    score = own_field("Score", "number")
    people(score, [12, -3, None, 0.5, -40, 100])
    assert in_order(score) == ["-40", "-3", "0.5", "12", "100", "None"]
    assert found(keys.where(score, "at_least", "0")) == {"12", "0.5", "100"}
    assert found(keys.where(score, "at_most", "-3")) == {"-3", "-40"}
    assert found(keys.where(score, "is", "0.50")) == {"0.5"}
    assert found(keys.where(score, "is_empty")) == {"None"}
    assert len(found(keys.where(score, "is_set"))) == 5


def test_texts_are_compared_folded(own_field, people):
    hobby = own_field("Hobby")
    people(hobby, ["Ölmalerei", "Chess", "olympics"])
    assert found(keys.where(hobby, "is", "ölmalerei")) == {"Ölmalerei"}
    assert found(keys.where(hobby, "starts", "OL")) == {"Ölmalerei", "olympics"}


def test_choices_are_sorted_as_the_firm_lists_them_and_found_one_by_one(own_field, people):
    level = own_field("Level", "choice", choices=["Gold", "Bronze"])
    people(level, ["bronze", "gold"])
    assert in_order(level) == ["gold", "bronze"]
    likes = own_field("Likes", "choices", choices=["Tea", "Coffee"])
    people(likes, [["tea", "coffee"], ["tea"]])
    assert found(keys.where(likes, "is", "coffee")) == {"['tea', 'coffee']"}
    with pytest.raises(ValidationError):
        keys.where(likes, "is", "rum")


def test_former_values_are_forgotten(own_field, people):
    day = own_field("Birthday", "date")
    (one,) = people(day, ["1980-05-04"])
    one.custom = {day.key: "1981-05-04"}
    one.save()
    keys.store([one])
    assert [key.sort_key for key in CustomKey.objects.all()] == ["1981-05-04"]
    keys.forget(Contact, [one.pk])
    assert not CustomKey.objects.exists()


def test_common_values_are_found_alike(own_field, people, monkeypatch):
    vip = own_field("VIP", "yes_no")
    people(vip, [True, False, None])
    monkeypatch.setattr(keys, "COMMON", 0)
    assert found(keys.where(vip, "is", "yes")) == {"True"}
    assert found(keys.where(vip, "is_empty")) == {"None"}


def test_texts_in_own_fields_are_found_by_search(own_field, people):
    people(own_field("Hobby", "long_text"), ["collects fjord maps"])
    assert found(search.matching(Contact, "fjor")) == {"collects fjord maps"}


def test_another_account_has_none_of_it(own_field, in_globex):
    with pytest.raises(Exception, match="Account"):
        own_field("Hobby")
    assert registry.definitions("contact") == []


@pytest.mark.parametrize(("operator", "text"), [("is", "7"), ("at_least", "2990")])
def test_a_filter_reads_the_index_behind_the_fence(own_field, people, operator, text):
    score = own_field("Score", "number")
    people(score, range(3000))
    rely_on_indexes()
    rows = Contact.objects.live().filter(keys.where(score, operator, text)).order_by("name_key", "id")[:50]
    plan = plan_of(*rows.query.sql_with_params())
    assert any("sort_key" in condition for condition in plan.index_conditions), plan.text
    assert plan.removed < 50, plan.text
    assert plan.rows_read < 100, plan.text


def test_sorting_looks_up_one_key_for_each_record(own_field, people):
    score = own_field("Score", "number")
    people(score, range(300))
    rows = Contact.objects.live().annotate(own=keys.ordering(score)).order_by("own", "id")[:50]
    plan = plan_of(*rows.query.sql_with_params())
    assert any("record_id" in condition and "field_id" in condition for condition in plan.index_conditions), plan.text
    assert plan.rows_read < 1000, plan.text
    with pytest.raises(ValueError, match="can't be sorted"):
        keys.ordering(own_field("Likes", "choices", choices=["Tea"]))


def test_keys_follow_a_merge_and_its_undoing(own_field, people):
    score = own_field("Score", "number")
    one, other = people(score, [None, 7])
    merge = merging.merge(one, [other], by=None)
    assert found(keys.where(score, "is", "7")) >= {"None"}
    merging.undo(merge, by=None)
    assert found(keys.where(score, "is", "7")) == {"7"}
