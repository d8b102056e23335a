"""What staff propose for a record: who may see it, who may decide it, and what is never written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, OutgoingMail
from crm.models import Contact
from privacy.support_access.models import Suggestion, Ticket
from privacy.support_access.notices import SUGGESTED
from tests.house import samples
from tests.privacy.looks import canary, member_of


@pytest.fixture
def proposed(acme, inside) -> Suggestion:
    """Somebody of support proposes "Director" as the job of a contact of Alice's."""
    with inside(acme):
        return samples.suggestion()


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(suggestion: Suggestion, account: str = "acme") -> str:
    return f"/a/{account}/admin/support/suggestions/{suggestion.public_id}/"


def is_open(suggestion: Suggestion) -> bool:
    return Suggestion.objects.filter(pk=suggestion.pk, decided_at=None, was_applied=None).exists()


def title_of_it(suggestion: Suggestion, inside: Any) -> str:
    with inside(suggestion.account):
        return Contact.objects.get(public_id=suggestion.look.record.partition("/")[2]).title


def test_a_reader_sees_the_difference_and_decides_nothing(proposed, carol, inside):
    reader = browser(carol)
    page = reader.get(at(proposed)).content.decode()
    assert "Director" in page and 'value="apply"' not in page
    for answer in ("apply", "decline"):
        said = reader.post(at(proposed), {"answer": answer}, follow=True).content.decode()
        assert "You may not change this record." in said
    assert is_open(proposed) and title_of_it(proposed, inside) != "Director"


def test_mallory_finds_nothing(proposed, mallory, globex, inside):
    stranger = browser(mallory)
    for place in (at(proposed), at(proposed, "globex")):
        assert stranger.get(place).status_code == 404
        assert stranger.post(place, {"answer": "apply"}).status_code == 404
    assert is_open(proposed) and title_of_it(proposed, inside) != "Director"


def test_who_sees_only_own_records_meets_no_colleagues(proposed, acme, bob, inside):
    Membership.objects.filter(account=acme, user=bob).update(sees_only_own_records=True)
    member, tickets, hers = browser(bob), Ticket.objects.count(), canary(acme)
    assert member.get(at(proposed)).status_code == 404
    assert member.post(at(proposed), {"answer": "apply"}).status_code == 404
    help_ = f"/a/acme/help/crm.contact/{hers.public_id}/"
    assert member.get(help_).status_code == 404
    assert member.post(help_, {"subject": "x", "text": "x"}).status_code == 404
    assert is_open(proposed) and Ticket.objects.count() == tickets
    assert not OutgoingMail.objects.filter(to=bob.email, kind="look_asked").exists()


def test_a_value_that_the_record_does_not_take_is_not_applied(proposed, bob, inside):
    Suggestion.objects.filter(pk=proposed.pk).update(value="x" * 2000)
    said = browser(bob).post(at(proposed), {"answer": "apply"}, follow=True)
    assert said.status_code == 200 and "Applied by" not in said.content.decode()
    assert is_open(proposed) and len(title_of_it(proposed, inside)) < 2000


def test_the_bell_says_it_only_to_whoever_may_open_it(proposed, acme, bob, carol, inside):
    """An approver need not see records: what is proposed for one is not for them."""
    Membership.objects.filter(account=acme, user=bob).update(role="billing", is_privacy_approver=True)
    assert browser(bob).get(at(proposed)).status_code == 403
    with inside(acme):
        assert proposed.public_id in SUGGESTED.tell(member_of(acme, carol), [proposed.public_id])
        assert not SUGGESTED.tell(member_of(acme, bob), [proposed.public_id])
