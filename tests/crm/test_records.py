"""What a company and a contact are: their rules, and the columns that follow from others."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm import actions
from crm.models import Company, Contact, ContactEmail, Tag
from lib.text import fold

pytestmark = pytest.mark.django_db


def test_a_contact_is_sorted_and_found_without_case_and_accents(in_acme):
    contact = Contact.objects.create(
        first_name="Zoë", last_name="Łukasz-Ørsted", email="Zoe@Example.COM", phone="+45 20 55 01 77"
    )
    contact.refresh_from_db()
    assert contact.name_key == "lukasz-orsted zoe"
    assert contact.email_lower == "zoe@example.com"
    assert contact.phone_e164 == "+4520550177"
    assert str(contact) == "Zoë Łukasz-Ørsted"


def test_bulk_created_contacts_have_their_keys_too(in_acme):
    Contact.objects.bulk_create([Contact(first_name="Amara", last_name="Diallo"), Contact(email="B@C.example")])
    assert set(Contact.objects.values_list("name_key", flat=True)) == {"diallo amara", "b@c.example"}


def test_names_from_right_to_left_and_with_emoji_are_kept(in_acme):
    for name in ("שלמה", "أحمد", "🦊 Renard", "が", "김"):
        contact = Contact.objects.create(first_name=name)
        contact.refresh_from_db()
        assert contact.first_name == name
        assert contact.name_key


def test_letters_that_mean_another_word_stay_apart(in_acme):
    assert fold("が") != fold("か")
    assert fold("أحمد") == fold("احمد")


def test_a_contact_is_somebody(in_acme):
    with pytest.raises(ValidationError, match="A contact needs a name, an e-mail address or a company"):
        Contact(phone="1").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(phone="1")


def test_a_company_has_a_name(in_acme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(name="")


def test_a_tag_is_the_same_whatever_its_case(in_acme):
    Tag.objects.create(name="Client")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(name="client")


def test_a_contact_takes_its_addresses_along(in_acme):
    contact = Contact.objects.create(first_name="Maren")
    ContactEmail.objects.create(contact=contact, email="maren@home.example")
    Contact.objects.filter(pk=contact.pk).delete()
    assert not ContactEmail.objects.exists()


def test_every_statement_on_a_record_names_the_account(in_acme):
    contact = Contact.objects.create(first_name="Maren")
    with CaptureQueriesContext(connection) as captured:
        contact.refresh_from_db()
        contact.title = "Director"
        contact.save_checked(1)
        contact.delete()
    statements = [query["sql"] for query in captured]
    assert len(statements) > 3
    assert [sql for sql in statements if f'"account_id" = {in_acme.pk}' not in sql] == []


def test_a_contact_cannot_name_a_company_of_another_account(acme, globex, inside):
    with inside(globex):
        theirs = Company.objects.create(name="Stranger")
    with inside(acme), pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(first_name="Maren", company_id=theirs.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_tag_made_by_somebody_else_at_the_same_moment_is_taken(in_acme, monkeypatch):
    """Both look before either has stored it: the second must find the first one's, not fail."""
    contact = Contact.objects.create(first_name="Maren")
    create = type(Tag.objects.all()).bulk_create

    def late(queryset, rows, **kwargs):
        rows = list(rows)
        if rows and isinstance(rows[0], Tag) and not Tag.objects.exists():
            Tag.objects.create(name="Client")
        return create(queryset, rows, **kwargs)

    monkeypatch.setattr(type(Tag.objects.all()), "bulk_create", late)
    actions.set_tags(contact, ["client", "\u200b"])
    assert [link.tag.name for link in contact.tags.select_related("tag")] == ["Client"]
