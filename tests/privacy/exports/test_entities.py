"""Complete by construction: an archive's entities and what it leaves out are the data map, column by column."""

from django.apps import apps

import datamap
from accounts.models import StoredFile, User
from crm.models import Contact
from datamap.registry import columns
from privacy.exports.entities import entities, entity_of, left_out
from tenancy.globals import fenced_models
from tests.promises import promise


def test_every_table_is_an_entity_or_left_out_with_a_reason():
    carried = {entity.name for entity in entities()}
    stays = left_out()
    every = {model._meta.label_lower for model in apps.get_models(include_auto_created=True) if not model._meta.proxy}
    assert carried | stays.keys() == every
    assert not carried & stays.keys()
    assert all(reason.endswith(".") for reason in stays.values())


def test_every_column_of_an_entity_is_in_the_archive_or_left_out_with_a_reason():
    for entity in entities():
        names = [column.name for column in entity.columns]
        assert len(names) == len(set(names)), entity.name
        found = [column.column for column in entity.columns] + [column for column, _ in entity.omitted]
        assert sorted(found) == sorted(field.column for field in columns(entity.model)), entity.name
        assert all(reason.endswith(".") for _, reason in entity.omitted), entity.name
        assert entity.columns, f"{entity.name} has nothing to carry: its data map should say so of the whole table."


@promise(148)
def test_what_erasure_touches_an_archive_carries_and_says_why_where_it_does_not():
    for entity in entities():
        carried = {column.column for column in entity.columns}
        told = dict(entity.omitted)
        for answer in datamap.columns_of(entity.model):
            if answer.is_personal:
                assert answer.column in carried or told[answer.column], (entity.name, answer.column)
            assert (answer.column in carried) <= answer.is_exported, (entity.name, answer.column)


def test_every_fenced_table_belongs_to_its_account_and_every_key_leads_to_an_entity():
    names = {entity.name: entity for entity in entities()}
    for model in fenced_models():
        assert model._meta.label_lower in names or model._meta.label_lower in left_out()
    for entity in entities():
        for column in entity.keys:
            assert any(found.name == "id" for found in names[column.to].columns), (entity.name, column.name)


def test_no_secret_no_number_of_ours_and_no_other_firms_facts_leave():
    assert {column.name for column in entity_of(User).columns} == {"id", "email", "first_name", "last_name"}
    assert dict(entity_of(Contact).omitted)["id"].startswith("A number of our own")
    carried = {column.answer.category for entity in entities() for column in entity.columns}
    assert datamap.Category.CREDENTIALS not in carried
    assert '"mail attachment"' in entity_of(StoredFile).belongs("t", 7)
