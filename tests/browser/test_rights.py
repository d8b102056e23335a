"""A firm's correction, and a report about a child, in browsers."""

from __future__ import annotations

import pytest
from django.conf import settings

from crm.models import Contact
from privacy.children.models import ChildReport
from privacy.rights.models import FirmRequest
from tests.promises import promise
from tests.signed_in import staff_browser


@pytest.fixture
def desk_of(server, open_page):
    """A page of somebody of our staff."""

    def opened(user):
        page = open_page()
        value = staff_browser(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}])
        return page

    return opened


@promise(100, 110)
def test_a_firm_corrects_by_one_click_and_two_of_us_end_a_report(
    server, acme, alice, sam, tess, inside, open_page, desk_of, sign_in, axe
):
    with inside(acme):
        maren = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example", title="Clerk")
        asked = FirmRequest(kind="correct", channel="mail", name="Maren Holm", email="maren@holm.example")
        asked.part, asked.old_value, asked.new_value, asked.contact_ref = "title", "Clerk", "Chief", maren.public_id
        asked.save(force_insert=True)
    firm = open_page()
    sign_in(firm, server, alice)
    firm.goto(f"{server}/a/acme/admin/privacy/{asked.public_id}/")
    axe(firm)
    firm.get_by_role("button", name="Correct and answer").click()
    firm.get_by_text("Title or position: corrected.").wait_for()
    with inside(acme):
        maren.refresh_from_db()
        assert maren.title == "Chief"

    stranger = open_page(width=360, scripts=False)
    stranger.goto(f"{server}/contact/child/")
    stranger.get_by_label("Where is it?").fill("Acme")
    stranger.get_by_label("What did you notice?").fill("Maren is 11.")
    stranger.get_by_role("button", name="Send report").click()
    stranger.get_by_text("T-").first.wait_for()
    report = ChildReport.objects.select_related("ticket").get()
    first, second = desk_of(sam), desk_of(tess)
    first.goto(f"{server}/support/tickets/{report.ticket.public_id}/")
    first.get_by_role("link", name="Freeze and decide").click()
    first.get_by_label("E-mail of the child").fill("maren@holm.example")
    first.get_by_label("Account, for a firm’s contact").fill("acme")
    first.get_by_role("button", name="Freeze").click()
    first.get_by_label("It is not a child under 13").check()
    first.get_by_label("How do you know?").select_option("firm")
    first.get_by_role("button", name="Say it").click()
    axe(first)
    assert first.get_by_role("button", name="Confirm and use it again").is_disabled()
    second.goto(first.url)
    second.get_by_role("button", name="Confirm and use it again").click()
    second.get_by_text("nothing leads from here to the child").wait_for()
    axe(second)
    with inside(acme):
        maren.refresh_from_db()
        assert not maren.is_restricted
