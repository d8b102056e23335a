"""Whatever points at records follows them when they become one; merging and undoing leaves everything as it was."""

from collections import Counter

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm import search
from crm.fields import keys
from crm.merging import actions
from crm.merging.following import keys_to
from crm.models import Company, Contact, ContactEmail, ContactPhone, ContactTag, Merge, MergedRecord, MergedRow, Tag
from tenancy.context import current_account_id
from tenancy.globals import fenced_models
from tenancy.probe import RowMaker

LISTS = ("company", "emails", "phones", "tags")
BOOKKEEPING = {Merge, MergedRecord, MergedRow}
WORDS = ("", "Maren", "Holt", "maren")
CONTACT = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(WORDS),
        "last_name": st.sampled_from(("Holt", "Berg")),
        "email": st.sampled_from(("", "maren@x.example", "M.Holt@x.example")),
        "phone": st.sampled_from(("", "+45 20 55 01 77", "12")),
        "street": st.sampled_from(("", "Kalvebod Brygge 9")),
        "note": st.sampled_from(("", "Prefers mail.", "Comes late.")),
        "mail_permission": st.sampled_from(("unknown", "given", "refused")),
        "company": st.sampled_from((None, 0, 1)),
        "custom": st.dictionaries(st.sampled_from(("level", "since")), st.sampled_from(("Gold", "2026-01-02"))),
        "phones": st.lists(st.sampled_from(("+4520550177", "0049 30 12345678", "12")), max_size=2),
        "emails": st.lists(st.sampled_from(("maren@x.example", "home@x.example", "Desk@x.example")), max_size=3),
        "tags": st.sets(st.sampled_from((0, 1, 2))),
    }
)
POPULATION = st.lists(CONTACT, min_size=2, max_size=5)
HANGERS_ON = st.lists(st.integers(0, 4), max_size=4)  # who gets a further row in each table that points at contacts


def whole_database():
    """Every row of every account table, without what each change counts, and without the books of merging."""
    found = {}
    with connection.cursor() as cursor:
        for model in fenced_models():
            if model in BOOKKEEPING or model._meta.app_label == "audit":
                continue
            table = model._meta.db_table
            cursor.execute(
                f"SELECT to_jsonb(t) - 'version' - 'updated_at' FROM {table} t WHERE account_id = %s",
                [current_account_id()],
            )
            found[model._meta.label] = Counter(str(row) for (row,) in cursor.fetchall())
    return found


def linked(numbers):
    """How many rows of each table point at one of these contacts."""
    return {
        (child._meta.label, key.name): child._default_manager.filter(**{f"{key.attname}__in": numbers}).count()
        for child, key in keys_to(Contact)
        if child not in (Contact, *BOOKKEEPING)
    }


def hang_on(maker, account, records, whose):
    """A row in every table of any app that points at such records: whatever table there is."""
    for child, key in keys_to(type(records[0])):
        if child in (Contact, ContactEmail, ContactPhone, *BOOKKEEPING):
            continue
        table = maker.table(child._meta.db_table)
        maker.row(child._meta.db_table, account)
        for number in whose:
            values = {**maker.fresh(table, account), key.column: records[number % len(records)].pk}
            columns = ", ".join(values)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join(['%s'] * len(values))}) "
                    "ON CONFLICT DO NOTHING",
                    list(values.values()),
                )
        if search.is_found(child):
            search.reindex(list(child._default_manager.all()))


def make(population):
    companies = [Company.objects.create(name=name) for name in ("Tidewater", "Fjord")]
    tags = [Tag.objects.create(name=name) for name in ("client", "press", "vip")]
    contacts = []
    for facts in population:
        plain = {name: value for name, value in facts.items() if name not in LISTS}
        company = None if facts["company"] is None else companies[facts["company"]]
        contact = Contact.objects.create(**plain, company=company)
        for email in facts["emails"]:
            ContactEmail.objects.create(contact=contact, email=email)
        for phone in facts["phones"]:
            ContactPhone.objects.create(contact=contact, phone=phone)
        for tag in facts["tags"]:
            ContactTag.objects.create(contact=contact, tag=tags[tag])
        contacts.append(contact)
    search.reindex(contacts)
    keys.store(contacts)
    return contacts


def addresses(contacts):
    stored = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
    further = ContactEmail.objects.filter(contact__in=stored.values("pk")).values_list("email_lower", flat=True)
    return {*stored.values_list("email_lower", flat=True), *further} - {""}


def tags_of(contacts):
    return set(ContactTag.objects.filter(contact__in=contacts).values_list("tag_id", flat=True))


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(population=POPULATION, number=st.integers(2, 5), whose=HANGERS_ON)
def test_contacts_become_one_and_come_apart_again(in_acme, recorder, population, number, whose):
    with transaction.atomic(), recorder.looking_away():
        contacts = make(population)
        hang_on(RowMaker(), in_acme.pk, contacts, whose)
        search.reindex(list(Contact.objects.all()))
        family = contacts[:number]  # the others are bystanders
        numbers = [contact.pk for contact in family]
        before, pointing, known, tagged = whole_database(), linked(numbers), addresses(family), tags_of(family)

        merge = actions.merge(family[0], family[1:], by=None)

        assert list(Contact.objects.live().filter(pk__in=numbers)) == family[:1]
        at_survivor = linked(numbers[:1])
        for table, count in linked(numbers).items():
            gone = merge.rows.filter(table=table[0], after__isnull=True).count()
            new = merge.rows.filter(table=table[0], before__isnull=True).count()
            assert at_survivor[table] == count == pointing[table] - gone + new, table
        assert addresses(family[:1]) == known
        assert tags_of(family[:1]) == tagged

        assert actions.undo(merge, by=None).kept == []
        after = whole_database()
        for table in before:
            assert after[table] == before[table], table
        transaction.set_rollback(True)
