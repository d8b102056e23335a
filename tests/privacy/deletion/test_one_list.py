"""Of one person, too: what an erasing touches stands in an archive about them, or is left out of archives by name."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.models import Contact
from datamap import Subject
from privacy.deletion import persons
from privacy.exports import scopes
from privacy.exports.entities import left_out
from tenancy.probe import RowMaker
from tests.privacy.deletion.test_previews import about, grow, row_of
from tests.promises import promise


def touched_by_erasing(person):
    """Tables with rows that go, are emptied, are kept for a reason, or lead to a name that is nobody's."""
    plan = persons.preview(person).plan
    found = {model for model, numbers in plan.doomed.items() if numbers}
    found |= {model for model, fields in plan.emptied.items() if any(fields.values())}
    found |= {model for (model, _), (_, numbers) in plan.kept.items() if numbers}
    return found, {model for (model, _), numbers in plan.pointing.items() if numbers}


@promise(148)
@pytest.mark.parametrize("kind", ["contact", "member"])
def test_what_erasing_one_person_touches_their_archive_shows(kind, acme, bob, inside, recorder, db):
    with inside(acme), recorder.looking_away():
        boss = Membership.objects.select_related("user", "account").get(account=acme, user__email="alice@acme.example")
        if kind == "contact":
            person, of, subject = Contact.objects.create(first_name="Zanna"), scopes.of_contact, Subject.CONTACT
        else:
            person = Membership.objects.select_related("user", "account").get(account=acme, user=bob)
            of, subject = scopes.of_person, Subject.MEMBER
        names = about(subject)
        grow([(n, True, "Plain ") for n in range(len(names))], names, acme, RowMaker(), row_of(person), row_of(boss))
        touched, renamed = touched_by_erasing(person)
        carried = {part.entity.model for part in of(person).parts}
        assert len(touched) > 8
        assert {model._meta.label_lower for model in touched - carried} <= left_out().keys()
        shown = {entity.model for entity, numbers in scopes._rows_about(person) if numbers.exists()}
        assert len(shown) > 5 and shown - touched - renamed == set(), "whatever is shown of them is thought of"
