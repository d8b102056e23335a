"""What an account's end leaves of looks at it: lines of its sealed log, without a word."""

from __future__ import annotations

from django.utils import timezone

from accounts import lifecycle
from accounts.models import Account
from audit.models import Event, Payload
from privacy.deletion import erasing, verification
from privacy.support_access import granting, looking
from privacy.support_access.models import Grant, GrantStep, Look, Review, Suggestion
from tests.privacy.looks import allowed, asked, canary, member_of, ticket_of
from tests.promises import promise


@promise(127)
def test_grants_go_and_the_log_of_looks_stays_without_words(
    committed, acme, alice, bob, sam, tess, inside, outside, recorder
):
    maren = canary(acme)
    grant = allowed(asked(ticket_of(acme, bob), maren, by=sam), by=member_of(acme, alice))
    look, _ = looking.open_record(grant, maren, by=sam)
    Suggestion.objects.create(look=look, account=acme, field="title", value="Director", why="Typo")
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    assert granting.grants().get(pk=grant.pk).state == "ended"
    granting.review(grant, verdict="fine", note="", by=tess)
    deletion = erasing.finish(erasing.begin(Account.objects.get(pk=acme.pk)).number)
    assert deletion.stage == "done", deletion.findings
    assert verification.findings(acme.pk, people=[]) == []
    with recorder.looking_away():
        left = [model.objects.count() for model in (Grant, GrantStep, Look, Review, Suggestion)]
    assert left == [0, 0, 0, 0, 0]
    with inside(acme):
        assert Event.objects.filter(kind="look.shown", actor_kind="staff", actor_id=sam.pk).count() == 1
        assert Payload.objects.count() == 0
