"""What the map finds about a contact: everything about her, nothing about the next one."""

from collections import defaultdict

import audit
import datamap
from crm import search
from crm.datamap import words_of
from crm.models import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    ContactPhone,
    ContactTag,
    Mail,
    Note,
    SearchToken,
    Tag,
)


def make(first_name):
    contact = Contact.objects.create(first_name=first_name)
    ContactEmail.objects.create(contact=contact, email=f"{first_name}@home.example")
    ContactPhone.objects.create(contact=contact, phone="+49 30 1234567")
    tag, _ = Tag.objects.get_or_create(name="Press", name_key="press")
    ContactTag.objects.create(contact=contact, tag=tag)
    SearchToken.objects.create(token=first_name.lower(), kind="contact", record_id=contact.pk)
    SearchToken.objects.create(token="other", kind="company", record_id=contact.pk)
    activity = Activity.objects.create(subject=f"Call {first_name}", contact=contact)
    SearchToken.objects.create(token=f"call {first_name.lower()}", kind="activity", record_id=activity.pk)
    audit.record("contact.created", contact, data={"name": first_name})
    return contact


def test_about_a_contact_every_table_is_found(in_acme):
    maria, _ = make("Maria"), make("Jonas")
    copy = Contact.objects.create(first_name="Mariah", merged_into=maria)
    found = defaultdict(list)
    for rows in datamap.rows_about(maria):
        found[rows.queryset.model._meta.label] += rows.queryset
    assert found.pop("crm.Contact") == [maria, copy]
    assert [row.email for row in found.pop("crm.ContactEmail")] == ["Maria@home.example"]
    assert [row.contact for row in found.pop("crm.ContactPhone")] == [maria]
    assert [row.contact for row in found.pop("crm.ContactTag")] == [maria]
    assert {row.token for row in found.pop("crm.SearchToken")} == {"maria", "call maria"}
    assert [row.contact for row in found.pop("crm.Activity")] == [maria]
    assert [event.record_id for event in found.pop("audit.Event")] == [maria.public_id]
    assert [payload.data["name"] for payload in found.pop("audit.Payload")] == ["Maria"]
    assert [label for label, rows in found.items() if rows] == []


def test_about_a_member_the_records_they_look_after_are_found(in_acme, acme, bob):
    member = acme.memberships.get(user=bob)
    company = Company.objects.create(name="Northwind", owner=member)
    Contact.objects.create(first_name="Maria", deleted_by=member)
    found = [
        ([answer.field for answer in rows.answers], list(rows.queryset))
        for rows in datamap.rows_about(member)
        if rows.queryset.model is Company
    ]
    assert found == [(["owner"], [company]), (["deleted_by"], [])]


def test_support_never_sees_a_contact_in_clear():
    shown = {column for column, view in datamap.support_mask(Contact).items() if view is datamap.Support.SHOWN}
    assert not shown & {"first_name", "last_name", "email", "phone", "street", "city", "note", "name_key", "source"}


def test_whatever_is_erased_with_a_contact_takes_its_words_along(in_acme, acme, bob):
    maren, member = Contact.objects.create(first_name="Maren"), acme.memberships.get(user=bob)
    rows = [
        maren,
        Activity.objects.create(subject="Visit", contact=maren),
        Note.objects.create(text="Seen", contact=maren, author=member),
        Mail.objects.create(subject="Hello", contact=maren, member=member, sealed_body=b""),
    ]
    erased = {entry.model for entry in datamap.entries() if entry.erase is datamap.Erasure.DELETE_ROW}
    erased &= {entry.model for entry in datamap.entries() if entry.subject is datamap.Subject.CONTACT}
    found = {model: kind.name for model, kind in search._kinds.items() if model in erased}
    assert {type(row) for row in rows} == set(found)  # a new kind needs a row above, and words_of
    for row in rows:
        search.reindex([row])
    assert {word.kind for word in words_of(maren)} == set(found.values())
