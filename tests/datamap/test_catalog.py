"""The whole house against the database it runs on, and the page in ``docs``."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from datamap import registry
from datamap.catalog import actual_columns, described_columns, differences
from datamap.checks import problems, tables
from tests.promises import promise


@promise(106)
def test_every_column_of_the_house_is_described():
    assert [f"{message.msg} {message.hint}" for message in problems(registry, tables())] == []


def test_the_page_in_docs_is_up_to_date():
    call_command("datamap", "--check")


def test_a_stale_page_is_noticed_and_written_anew(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="stale"):
        call_command("datamap", "--check")
    call_command("datamap", "--write")
    call_command("datamap", "--check")
    page = tmp_path / "docs" / "datamap.md"
    page.write_text(page.read_text(encoding="utf-8") + "One more line.", encoding="utf-8")
    with pytest.raises(CommandError, match="stale"):
        call_command("datamap", "--check")


def test_an_undescribed_column_does_not_count_as_described(book_with, models_of_toys, toys):
    assert ("public.toys_project", "name") in described_columns(book_with(), models_of_toys)
    for book in (book_with(toys.Project, fields={}), book_with(toys.Project, without=True)):
        assert ("public.toys_project", "name") not in described_columns(book, models_of_toys)


@promise(106)
@pytest.mark.django_db
def test_the_map_and_the_database_agree():
    assert list(differences(connection)) == []


@pytest.mark.django_db
def test_what_is_only_in_the_map_is_found(book_with, models_of_toys):
    found = set(differences(connection, book_with(), models_of_toys))
    assert "public.toys_contact.first_name is in the data map but not in the database." in found


@pytest.mark.django_db
def test_what_is_only_in_the_database_is_found(book_with, models_of_toys):
    found = set(differences(connection, book_with(), models_of_toys))
    assert "public.django_session.session_data is in the database but not in the data map." in found
    assert not [sentence for sentence in found if "django_migrations" in sentence]


@pytest.mark.django_db
def test_the_catalog_shows_tables_the_app_may_not_read():
    assert ("public.django_migrations", "applied") in actual_columns(connection)
