import pytest

from datamap import (
    Basis,
    Category,
    Column,
    Erasure,
    Keep,
    Party,
    Registry,
    Retention,
    Source,
    Subject,
    Support,
    Undescribed,
)
from datamap.vocabulary import Reason


def answer(book, model, field):
    [found] = [answer for answer in book.columns_of(model) if answer.field == field]
    return found


def test_the_category_brings_the_answers_along(book_with, toys):
    minutes = answer(book_with(), toys.Entry, "minutes")
    assert minutes.category is Category.WORK
    assert minutes.subjects == (Subject.MEMBER,)
    assert minutes.party is Party.PROCESSOR
    assert minutes.basis is Basis.CONTRACT
    assert minutes.purposes == ("Showing and billing the hours worked",)
    assert minutes.retention is Retention.LIFE_OF_ACCOUNT
    assert minutes.source is Source.CUSTOMER
    assert isinstance(minutes.erase, Keep)
    assert minutes.erase.reason is Reason.TRANSACTION
    assert minutes.is_exported
    assert minutes.support is Support.SHOWN


def test_a_column_may_answer_differently_from_its_category(book_with, toys):
    note = Column(
        "free text",
        erase=Erasure.PSEUDONYMISE,
        export="Somebody else's words.",
        support=Support.HIDDEN,
        source=Source.SERVICE,
        retention=Retention.THIRTY_DAYS,
        purpose="Remembering",
    )
    fields = {"day": "work", "minutes": "work", "note": note}
    found = answer(book_with(toys.Entry, fields=fields), toys.Entry, "note")
    assert found.erase is Erasure.PSEUDONYMISE
    assert found.not_exported == "Somebody else's words."
    assert found.support is Support.HIDDEN
    assert found.source is Source.SERVICE
    assert found.retention is Retention.THIRTY_DAYS
    assert found.purposes == ("Remembering",)


def test_the_key_of_a_person_is_a_link_to_that_person(book_with, toys):
    owner = answer(book_with(), toys.Contact, "owner")
    assert owner.column == "owner_id"
    assert owner.category is Category.LINK
    assert owner.subjects == (Subject.MEMBER,)


def test_any_other_key_is_technical(book_with, toys):
    project = answer(book_with(), toys.Entry, "project")
    assert project.category is Category.TECHNICAL
    assert project.subjects == ()
    assert project.erase is Erasure.UNTOUCHED


def test_a_deleted_row_takes_everything_but_the_key_of_somebody_else(book_with, toys):
    fates = {found.field: found.erase for found in book_with().columns_of(toys.Contact)}
    assert fates == {
        "id": Erasure.DELETE_ROW,
        "owner": Erasure.PSEUDONYMISE,
        "first_name": Erasure.DELETE_ROW,
        "email": Erasure.DELETE_ROW,
        "note": Erasure.DELETE_ROW,
    }


def test_the_key_that_makes_the_row_theirs_goes_with_it(book_with, toys):
    fates = {f.field: f.erase for f in book_with(toys.Entry, erase=Erasure.DELETE_ROW).columns_of(toys.Entry)}
    assert fates["person"] is Erasure.DELETE_ROW
    assert fates["approver"] is Erasure.PSEUDONYMISE


def test_secrets_are_hidden_and_never_exported(book_with, toys):
    book = book_with(toys.Entry, fields={"day": "work", "minutes": "work", "note": "credentials"})
    note = answer(book, toys.Entry, "note")
    assert note.support is Support.HIDDEN
    assert note.not_exported == "A secret: it would only help a thief."
    assert "note" not in book.exported_columns(toys.Entry)


def test_exported_columns_leave_out_what_has_a_reason(book_with, toys):
    assert book_with().exported_columns(toys.Contact) == ("id", "owner_id", "first_name", "email", "note")
    assert book_with(toys.Contact, exported="A toy.").exported_columns(toys.Contact) == ()


def test_support_mask(book_with, toys):
    assert book_with().support_mask(toys.Contact) == {
        "id": Support.SHOWN,
        "owner_id": Support.SHOWN,
        "first_name": Support.INITIALS,
        "email": Support.HINT,
        "note": Support.LENGTH,
    }
    assert book_with().support_mask(toys.Project)["name"] is Support.LENGTH


def test_entries_for_finds_each_table_with_a_column_about_such_a_person(book_with):
    book = book_with()
    assert [entry.label for entry in book.entries()] == [
        "toys.Contact",
        "toys.Entry",
        "toys.Member",
        "toys.Project",
    ]
    assert [entry.label for entry in book.entries_for(Subject.MEMBER)] == [
        "toys.Contact",
        "toys.Entry",
        "toys.Member",
    ]
    assert [entry.label for entry in book.entries_for(Subject.CONTACT)] == ["toys.Contact"]
    assert book.entries_for(Subject.VISITOR) == ()


def test_rows_about_bob_are_his_own_and_where_he_is_named(book_with, toys):
    bob = toys.Member(pk=7)
    found = [
        (
            rows.queryset.model.__name__,
            [a.field for a in rows.answers],
            str(rows.queryset.query).split("WHERE ")[1],
        )
        for rows in book_with().rows_about(bob)
    ]
    assert found == [
        ("Contact", ["owner"], '"toys_contact"."owner_id" = 7'),
        (
            "Entry",
            ["id", "project", "person", "day", "minutes", "note", "locked_at"],
            '"toys_entry"."person_id" = 7',
        ),
        ("Entry", ["approver"], '"toys_entry"."approver_id" = 7'),
        ("Member", ["id", "name", "email", "created_at"], '"toys_member"."id" = 7'),
    ]


def test_rows_about_a_contact_leave_the_members_out(book_with, toys):
    found = list(book_with().rows_about(toys.Contact(pk=9)))
    assert [[a.field for a in rows.answers] for rows in found] == [["id", "first_name", "email", "note"]]


def test_rows_for_may_be_a_function(book_with, toys):
    def rows_for(person):
        return toys.Entry._default_manager.filter(person=person, locked_at=None)

    found = list(book_with(toys.Entry, rows_for=rows_for).rows_about(toys.Member(pk=7)))
    assert '"locked_at" IS NULL' in str(found[1].queryset.query)


def test_the_same_columns_may_also_be_about_somebody_else(book_with, toys):
    def rows_of(contact):
        return toys.Entry._default_manager.filter(note=contact.email)

    book = book_with(toys.Entry, also={Subject.CONTACT: rows_of})
    assert answer(book, toys.Entry, "note").subjects == (Subject.MEMBER, Subject.CONTACT)
    assert answer(book, toys.Entry, "approver").subjects == (Subject.MEMBER,)
    assert [entry.label for entry in book.entries_for(Subject.CONTACT)] == ["toys.Contact", "toys.Entry"]
    [_, of_contact] = book.rows_about(toys.Contact(pk=9, email="maria@acme.example"))
    assert "maria@acme.example" in str(of_contact.queryset.query)
    [_, of_member, *_] = book.rows_about(toys.Member(pk=7))
    assert '"person_id" = 7' in str(of_member.queryset.query)


def test_nobody_is_a_person_who_is_not_described_as_one(book_with, toys):
    with pytest.raises(Undescribed):
        list(book_with().rows_about(toys.Project(pk=1)))


def test_an_undescribed_model_has_no_answers(book_with, toys):
    with pytest.raises(Undescribed):
        book_with(toys.Project, without=True).columns_of(toys.Project)


def test_an_undescribed_column_has_no_answer(book_with, toys):
    with pytest.raises(Undescribed):
        book_with(toys.Project, fields={}).support_mask(toys.Project)


def test_a_closed_book_takes_no_more_entries(toys):
    book = Registry()
    book.freeze()
    with pytest.raises(RuntimeError):
        book.describe(toys.Member)


def test_a_model_is_described_once(toys):
    book = Registry()
    book.describe("toys.Member")
    with pytest.raises(ValueError, match="twice"):
        book.describe(toys.Member)
    with pytest.raises(ValueError, match="twice"):
        book.holds_nothing_personal("toys.Member", because="A toy.")
