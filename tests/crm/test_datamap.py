"""What the map finds about a contact: everything about her, nothing about the next one."""

import audit
import datamap
from crm.models import Company, Contact, ContactEmail, ContactPhone, ContactTag, SearchToken, Tag


def make(first_name):
    contact = Contact.objects.create(first_name=first_name)
    ContactEmail.objects.create(contact=contact, email=f"{first_name}@home.example")
    ContactPhone.objects.create(contact=contact, phone="+49 30 1234567")
    tag, _ = Tag.objects.get_or_create(name="Press", name_key="press")
    ContactTag.objects.create(contact=contact, tag=tag)
    SearchToken.objects.create(token=first_name.lower(), kind="contact", record_id=contact.pk)
    SearchToken.objects.create(token="other", kind="company", record_id=contact.pk)
    audit.record("contact.created", contact, data={"name": first_name})
    return contact


def test_about_a_contact_every_table_is_found(in_acme):
    maria, _ = make("Maria"), make("Jonas")
    found = {rows.queryset.model._meta.label: list(rows.queryset) for rows in datamap.rows_about(maria)}
    assert found.pop("crm.Contact") == [maria]
    assert [row.email for row in found.pop("crm.ContactEmail")] == ["Maria@home.example"]
    assert [row.contact for row in found.pop("crm.ContactPhone")] == [maria]
    assert [row.contact for row in found.pop("crm.ContactTag")] == [maria]
    assert [row.token for row in found.pop("crm.SearchToken")] == ["maria"]
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
