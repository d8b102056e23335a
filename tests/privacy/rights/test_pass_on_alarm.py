"""What a firm has to hear of rings before the two working days are over, and a firm that needs longer says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from privacy.rights import clocks, firm, work
from privacy.rights.models import Channel, FirmRequest, RightsRequest, Step
from tests.privacy.rights.conftest import send
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


def share_gone(request, share):
    """As if so much of the time to pass it on were gone: tried by moving its arrival back, hour after hour."""
    now = timezone.now()
    for hours in range(24 * 12):
        request.arrived_at = now - timedelta(hours=hours)
        ends = clocks.end_of(request.forward_by, request.zone)
        if clocks.share_passed(request.arrived_at, ends, now) >= share:
            RightsRequest.objects.filter(pk=request.pk).update(arrived_at=request.arrived_at)
            return


@promise(97)
def test_it_rings_at_a_half_and_at_the_end_once_each(ask):
    request, link = ask(population="firm", firm="The Acme people", email="maren@holm.example")
    share_gone(request, 0.6)
    work.ring()
    assert not OutgoingMail.objects.filter(kind="rights_pass_on").exists()  # nobody confirmed it
    send(link)
    share_gone(request, 0.1)
    work.ring()
    assert not OutgoingMail.objects.filter(kind="rights_pass_on").exists()
    for share, letters in ((0.5, 1), (0.6, 1), (1.0, 2), (1.5, 2)):
        share_gone(request, share)
        work.ring()
        assert OutgoingMail.objects.filter(kind="rights_pass_on").count() == letters
    assert Step.objects.filter(request=request, what="Not passed on in time").count() == 1
    assert "Do it now" in OutgoingMail.objects.filter(kind="rights_pass_on").latest("pk").text


def test_what_was_passed_on_or_is_ours_rings_no_more(ask, acme):
    request, link = ask(population="firm", firm="Acme", email="maren@holm.example")
    send(link)
    share_gone(request, 1.5)
    ours, link = ask(email="edith@pell.example")
    send(link)
    RightsRequest.objects.filter(pk=ours.pk).update(arrived_at=timezone.now() - timedelta(days=9))
    work.ring()
    assert not OutgoingMail.objects.filter(kind="rights_pass_on").exists()


@promise(116)
def test_who_asked_a_firm_hears_that_it_takes_longer(acme, inside):
    with inside(acme):
        request = firm.enter(FirmRequest(kind="access", channel=Channel.MAIL, name="Maren", email="maren@holm.example"))
        firm.extend(request, "We look through the paper files, too.")
    letter = OutgoingMail.objects.get(kind="rights_firm_later")
    assert letter.to == "maren@holm.example" and "paper files" in letter.text and "Acme" in letter.subject
