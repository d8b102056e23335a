"""For one person, too: what erasing them touches their archive carries, or names with the reason; and the reverse."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection

from accounts.models import Membership
from crm.models import Contact, Note
from privacy.deletion.persons.plan import Plan
from privacy.exports.entities import left_out
from privacy.exports.scopes import of_contact, of_person
from tests.promises import promise


def carried(scope, account):
    """The rows of each table that the archive has."""
    found = {}
    with connection.cursor() as cursor:
        for part in scope.parts:
            condition = f"{part.entity.belongs('t', account.pk)} AND ({part.only})"
            cursor.execute(f"SELECT t.id FROM {part.entity.table} t WHERE {condition}", part.params)
            found[part.entity.name] = {number for (number,) in cursor.fetchall()}
    return found


def touched(person):
    """The rows of each table of which erasing deletes, empties or keeps something, or that point at the person."""
    plan, found = Plan(), defaultdict(set)
    plan.take(person)
    if isinstance(person, Membership):
        plan.take(person.user)
    plan.close()
    every = [
        *plan.doomed.items(),
        *((model, numbers) for model, fields in plan.emptied.items() for numbers in fields.values()),
        *((model, numbers) for (model, _), (_, numbers) in plan.kept.items()),
        *((model, numbers) for (model, _), numbers in plan.pointing.items()),
    ]
    for model, numbers in every:
        found[model._meta.label_lower] |= numbers
    return found


@promise(148)
def test_what_erasing_somebody_touches_their_archive_carries_or_says_why_not(full, inside):
    with inside(full):
        members = Membership.objects.filter(account=full).select_related("user")
        Note.objects.create(contact=Contact.objects.first(), author=members.first(), text="Likes tea")
        kinds = set()
        for person in [*Contact.objects.all(), *members]:
            scope = of_contact(person) if isinstance(person, Contact) else of_person(person)
            theirs, gone = carried(scope, full), touched(person)
            why = {**scope.fewer, **left_out()}
            for name in {*theirs, *gone}:
                assert theirs.get(name, set()) <= gone.get(name, set()), (person, name, "carried, and never erased")
                if gone.get(name, set()) - theirs.get(name, set()):
                    assert why.get(name, "").endswith("."), (person, name, "erased, and neither carried nor named")
            kinds |= {name for name, numbers in theirs.items() if numbers}
            if isinstance(person, Contact):
                assert not scope.fewer.keys() & {"crm.note", "crm.contactemail", "crm.dealcontact"}
    assert {"crm.contact", "crm.note", "timetracking.timeentry", "accounts.membership"} <= kinds
