"""Whatever Django makes of a queryset, the statement names the account. The recorder fails the test otherwise."""

import contextvars
import threading

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from crm.models import Company, Contact, ContactEmail, ContactTag, SearchToken, Tag
from tenancy.context import current_account_id
from tenancy.errors import NoAccount, WrongAccount


@pytest.fixture
def people(acme, globex, inside):
    """The same two contacts in both accounts: whatever mixes them up shows four."""
    for account, mark in ((globex, "Globex"), (acme, "Acme")):
        with inside(account):
            firm = Company.objects.create(name=f"{mark} client", owner=account.memberships.get())
            tag = Tag.objects.create(name="friend")
            for name in ("Maren", "Tove"):
                person = Contact.objects.create(first_name=name, note=mark, company=firm if name == "Maren" else None)
                ContactEmail.objects.create(contact=person, email=f"{name}@{mark}.example")
            ContactTag.objects.create(contact=person, tag=tag)


READS = {
    "select_related over an empty key": lambda: [
        str(person.company or "") for person in Contact.objects.select_related("company")
    ],
    "select_related over a key to a global table": lambda: [
        firm.owner.user.email for firm in Company.objects.select_related("owner__user")
    ],
    "select_related over two keys": lambda: list(ContactEmail.objects.select_related("contact__company__owner")),
    "prefetch_related of parts": lambda: [
        mail.email for person in Contact.objects.prefetch_related("emails") for mail in person.emails.all()
    ],
    "prefetch_related of a key": lambda: [p.company for p in Contact.objects.prefetch_related("company")],
    "prefetch_related of a key to a global table": lambda: [
        firm.owner for firm in Company.objects.prefetch_related("owner")
    ],
    "prefetch_related with an own queryset": lambda: list(
        Company.objects.prefetch_related(Prefetch("contacts", Contact.objects.order_by("-id"), to_attr="found"))
    ),
    "values": lambda: list(Contact.objects.values("company__name", "emails__email")),
    "annotate over parts": lambda: list(Company.objects.annotate(n=Count("contacts__emails"))),
    "aggregate over parts": lambda: Company.objects.aggregate(n=Count("contacts")),
    "exists and count": lambda: (Contact.objects.exists(), Contact.objects.filter(company__name="x").count()),
    "in_bulk": lambda: Contact.objects.in_bulk([1, 2]),
    "filter over parts": lambda: list(Company.objects.filter(contacts__emails__email__startswith="x").distinct()),
    "exclude over parts": lambda: list(Company.objects.exclude(contacts__first_name="x")),
    "exclude over parts of parts": lambda: list(Company.objects.exclude(contacts__emails__email="x")),
    "exclude over a key and parts": lambda: list(ContactEmail.objects.exclude(contact__tags__tag__name="x")),
    "not, or, over parts": lambda: list(
        Contact.objects.filter(~Q(emails__email="x") | Q(company__name="y") | ~Q(tags__tag__name="z"))
    ),
    "exclude by a column of the parts": lambda: list(Company.objects.exclude(contacts__first_name=F("name"))),
    "an outer reference": lambda: list(
        Company.objects.annotate(
            first=Subquery(Contact.objects.filter(company=OuterRef("pk")).values("first_name")[:1]),
            some=Exists(ContactEmail.objects.filter(contact__company=OuterRef("pk"))),
        )
    ),
    "a queryset as a value": lambda: list(Contact.objects.filter(company__in=Company.objects.filter(name="x"))),
    "union": lambda: list(Contact.objects.values("id").union(Company.objects.values("id")).order_by("id")),
    "select_for_update": lambda: list(Contact.objects.select_for_update().filter(first_name="Maren")),
    "order by a key": lambda: list(Contact.objects.order_by("company__name", "-id")[:5]),
    "only and defer": lambda: [person.note for person in Contact.objects.only("first_name")],
    "dates": lambda: list(Contact.objects.datetimes("created_at", "day")),
    "using": lambda: list(Contact.objects.using("default").all()),
    "the base manager": lambda: list(Contact._base_manager.all()),
    "refresh_from_db": lambda: Contact.objects.first().refresh_from_db(),
    "a composite key": lambda: list(SearchToken.objects.filter(token__gte="a", token__lt="b")),
    "iterator": lambda: list(Contact.objects.prefetch_related("emails").iterator(chunk_size=1)),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_read_names_the_account(people, in_acme, read):
    with CaptureQueriesContext(connection) as captured:
        read()
    assert len(captured) > 0


def test_exclude_over_parts_looks_at_this_accounts_parts_alone(people, in_acme):
    with CaptureQueriesContext(connection) as captured:
        found = list(Company.objects.exclude(contacts__first_name="Maren"))
    assert found == []
    # An unqualified "account_id" would be compared with itself in there.
    assert f'U1."account_id" = {in_acme.pk}' in captured[0]["sql"]


def _tag():
    return Tag.objects.get()


WRITES = {
    "create": lambda: Contact.objects.create(first_name="Nils"),
    "bulk_create": lambda: Contact.objects.bulk_create([Contact(first_name="Nils"), Contact(first_name="Ida")]),
    "bulk_create over what is there": lambda: Tag.objects.bulk_create(
        [Tag(name="friend", name_key="friend")],
        update_conflicts=True,
        unique_fields=["account", "name_key"],
        update_fields=["name"],
    ),
    "bulk_update": lambda: Contact.objects.bulk_update(
        [person for person in Contact.objects.all() if setattr(person, "note", "x") is None], ["note"]
    ),
    "save": lambda: Contact.objects.first().save(),
    "save of some columns": lambda: Contact.objects.first().save(update_fields=["note"]),
    "save_checked": lambda: Contact.objects.first().save_checked(1),
    "get_or_create": lambda: (Tag.objects.get_or_create(name="new"), Tag.objects.get_or_create(name="new")),
    "update_or_create": lambda: Tag.objects.update_or_create(name="friend", defaults={"name": "mate"}),
    "update": lambda: Contact.objects.update(note="x"),
    "update over a join": lambda: Contact.objects.filter(company__name__startswith="Acme").update(note="x"),
    "update over parts": lambda: Contact.objects.exclude(emails__email="nobody").update(note="x"),
    "delete of one": lambda: Contact.objects.first().delete(),
    "delete of many": lambda: Contact.objects.all().delete(),
    "delete over a join": lambda: Contact.objects.filter(company__name__startswith="Acme").delete(),
    "related create": lambda: Company.objects.get().contacts.create(first_name="Nils"),
    "related add": lambda: Company.objects.get().contacts.add(Contact.objects.get(first_name="Tove")),
    "related set": lambda: Company.objects.get().contacts.set([Contact.objects.get(first_name="Tove")]),
    "related remove": lambda: Company.objects.get().contacts.remove(Contact.objects.get(first_name="Maren")),
    "related clear": lambda: Company.objects.get().contacts.clear(),
    "related update": lambda: Company.objects.get().contacts.update(note="x"),
    "related get_or_create": lambda: Company.objects.get().contacts.get_or_create(first_name="Nils"),
    "delete with parts by the database": lambda: Contact.objects.get(first_name="Tove").delete(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_write_names_the_account_and_spares_the_other(people, globex, inside, acme, write):
    with inside(globex):
        before = _everything()
    with inside(acme):
        mine = _everything()
        write()
    with inside(globex):
        assert _everything() == before
    assert len(mine) == len(before) > 0


def _everything():
    rows = [list(model.objects.order_by("id").values()) for model in (Company, Contact, ContactEmail, Tag, ContactTag)]
    return [row for some in rows for row in some]


def test_a_read_that_gives_rows_gives_this_accounts_rows(people, in_acme):
    assert set(Contact.objects.values_list("note", flat=True)) == {"Acme"}
    assert {person.note for person in Contact.objects.raw(
        "SELECT * FROM crm_contact WHERE account_id = %s", [in_acme.pk]
    )} == {"Acme"}  # fmt: skip


def test_deleting_a_slice_or_a_union_is_refused_not_widened(people, in_acme):
    everybody = Contact.objects.order_by("id")
    for doomed in (
        everybody[:1],
        everybody.distinct("company_id"),
        everybody.filter(first_name="Maren").union(everybody.none(), everybody),
        everybody.values("id"),
    ):
        with pytest.raises(TypeError):
            doomed.delete()
    assert Contact.objects.count() == 2


def test_no_update_moves_a_row(people, globex, inside, acme):
    with inside(acme):
        for column in ("account", "account_id"):
            with pytest.raises(WrongAccount):
                Contact.objects.update(**{column: globex.pk})
        with connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SET LOCAL row_security = off")
            Contact.objects.update(note="x")


def test_a_row_brought_along_from_another_account_is_refused(people, acme, globex, inside):
    with inside(globex):
        theirs = Contact.objects.first()
    with inside(acme):
        for act in (theirs.save, theirs.delete, theirs.refresh_from_db, lambda: theirs.save_checked(1)):
            with pytest.raises(WrongAccount):
                act()
        with pytest.raises(WrongAccount):
            Contact.objects.bulk_create([Contact(first_name="Nils", account_id=globex.pk)])


def test_a_row_that_shares_its_number_with_another_accounts_row_is_not_taken_for_it(people, acme, globex, inside):
    """Numbers are unique within an account only: a restored account may bring the same ones."""
    with inside(globex):
        theirs = Tag.objects.get()
    with inside(acme):
        Tag.objects.create(id=theirs.id, name="same number")
        with pytest.raises(WrongAccount):
            theirs.delete()
        assert Tag.objects.get(id=theirs.id).name == "same number"


def test_a_row_without_a_number_cannot_be_deleted(in_acme):
    with pytest.raises(ValueError, match="never saved"):
        Contact(first_name="Nils").delete()


def test_a_query_is_refused_in_any_other_account_and_outside(people, acme, globex, inside):
    with inside(acme):
        everybody = Contact.objects.order_by("id")
        subquery = Contact.objects.filter(company=OuterRef("pk"))
    with inside(globex):
        for run in (lambda: list(everybody), everybody.count, everybody.exists, everybody.delete,
                    lambda: everybody.update(note="x"), everybody.first, lambda: list(everybody.iterator()),
                    lambda: list(Company.objects.filter(Exists(subquery)))):  # fmt: skip
            with pytest.raises(WrongAccount):
                run()
    for run in (lambda: list(everybody), everybody.count, everybody.exists, everybody.delete):
        with pytest.raises(NoAccount):
            run()


def test_another_thread_does_not_inherit_the_account(people, in_acme):
    """A copied context would name the account while the thread's own connection knows nothing of it."""
    seen = []

    def look():
        try:
            seen.append(current_account_id())
        except NoAccount as error:
            seen.append(error)

    for target in (look, lambda: contextvars.copy_context().run(look)):
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=[target])
        thread.start()
        thread.join()
    assert [type(answer) for answer in seen] == [NoAccount, NoAccount]


def test_forms_ask_for_a_key_in_this_account_alone(people, acme, globex, inside):
    field = Company._meta.get_field("owner")
    stranger = Membership.objects.get(account_id=globex.pk)
    with inside(acme):
        field.validate(Membership.objects.get(account_id=acme.pk).pk, Company())
        with pytest.raises(Exception, match="not there any more"):
            field.validate(stranger.pk, Company())


def test_another_accounts_row_can_be_no_part(people, acme, globex, inside):
    """A related manager that is handed a stranger's row changes nothing of theirs."""
    with inside(globex):
        theirs = Contact.objects.get(first_name="Tove")
    with inside(acme):
        Company.objects.get().contacts.add(theirs)
        assert Company.objects.get().contacts.count() == 1
    with inside(globex):
        theirs.refresh_from_db()
        assert theirs.company_id is None
