"""A look with both sides at their screens: the firm shows a record, support sees it masked, the firm takes it back."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Error, expect

from privacy.support_access.models import Look
from tests.privacy.looks import CANARIES, SECRET, canary
from tests.promises import promise
from tests.signed_in import staff_browser

PICTURES = os.environ.get("PICTURES")  # a folder to keep what the screens look like


def keep(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{name}.png"), full_page=True)


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def at_desk(page, server, user) -> None:
    value = staff_browser(user).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}])


def secrets_on(page) -> list[str]:
    return [word for word in SECRET if word in page.content()]


@promise(70, 71)
def test_a_record_is_shown_looked_at_and_taken_back(server, acme, alice, sam, open_page, sign_in, axe):
    maren = canary(acme)
    firm, desk = open_page(), open_page()
    sign_in(firm, server, alice)
    at_desk(desk, server, sam)

    firm.goto(f"{server}/a/acme/contacts/{maren.public_id}/")
    expect(firm.get_by_text("Nobody of support looked")).to_be_visible()
    firm.get_by_label("More actions").click()
    firm.get_by_role("link", name="Get help with this record").click()
    axe(firm)
    keep(firm, "support-record-1280")
    firm.get_by_label("In a few words").fill("Twice in the list")
    firm.get_by_label("What is wrong?").fill("She shows up twice after the import.")
    firm.get_by_label("E-mail", exact=True).check()
    firm.get_by_role("button", name="Ask for help").click()
    expect(firm.get_by_text("What support may see for it")).to_be_visible()
    expect(firm.get_by_role("link", name="contact Quillonia Vrandt")).to_be_visible()  # the record, by its name
    axe(firm)
    keep(firm, "support-ticket-1280")

    desk.goto(f"{server}/support/")
    desk.get_by_role("link", name=re.compile("Twice in the list")).click()
    expect(desk.get_by_text(str(maren), exact=True)).to_be_visible()  # the same record, by its id
    axe(desk)
    keep(desk, "support-desk-ticket-1280")
    desk.get_by_role("link", name="1 record", exact=True).click()
    desk.get_by_role("button", name="Take it up").click()
    axe(desk)
    keep(desk, "support-grant-1280")
    desk.get_by_role("button", name="Look", exact=True).click()
    desk.get_by_text("You are looking at a record of Acme").wait_for()
    desk.get_by_text(CANARIES["email"]).wait_for()  # Alice ticked it
    assert secrets_on(desk) == [CANARIES["email"]]
    assert re.fullmatch(r"(59|60):\d\d", desk.get_by_role("timer").inner_text())
    axe(desk)
    keep(desk, "look-1280")
    desk.set_viewport_size({"width": 360, "height": 800})
    assert fits(desk)
    keep(desk, "look-360")
    desk.set_viewport_size({"width": 1280, "height": 800})

    # It can be neither marked nor printed.
    desk.get_by_text(CANARIES["email"]).dblclick()
    assert desk.evaluate("getSelection().toString()") == ""
    desk.emulate_media(media="print")
    expect(desk.get_by_text(CANARIES["email"])).to_be_hidden()
    desk.emulate_media(media="screen")

    # Alice sees the look at once, and takes the access back: Sam's page is blank within five seconds.
    firm.goto(f"{server}/a/acme/admin/support/access/")
    expect(firm.get_by_text("In full: E-mail. The rest masked")).to_be_visible()
    axe(firm)
    keep(firm, "support-access-1280")
    firm.get_by_role("button", name="Take back").click()
    taken_back = time.monotonic()
    desk.get_by_text("This access ended or was taken back.").wait_for(timeout=8_000)
    assert time.monotonic() - taken_back < 6
    assert secrets_on(desk) == []
    keep(desk, "look-taken-back-1280")
    desk.go_back()
    assert secrets_on(desk) == []
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser kept nothing that it could show again
        desk.go_forward()
    assert Look.objects.get(account_id=acme.pk).shown_at

    # The same on a phone, in the dark.
    for path, name in (
        (f"/a/acme/contacts/{maren.public_id}/", "record"),
        (f"/a/acme/help/crm.contact/{maren.public_id}/", "support-record"),
        ("/a/acme/admin/support/new/", "support-new"),
        ("/a/acme/admin/support/access/", "support-access"),
    ):
        phone = open_page(width=360, dark=True)
        sign_in(phone, server, alice)
        phone.goto(server + path)
        assert fits(phone), path
        axe(phone)
        keep(phone, f"{name}-360-dark")
    dark = open_page(width=1280, dark=True)
    at_desk(dark, server, sam)
    stranger = open_page(width=360)
    stranger.goto(f"{server}/support/access/")
    stranger.get_by_role("heading", name="Staff sign-in").wait_for()
    assert fits(stranger)
    axe(stranger)
    keep(stranger, "support-sign-in-360")
    for path, name in (("/support/access/", "reviews"), ("/support/access/emergency/", "emergency")):
        dark.goto(server + path)
        axe(dark)
        keep(dark, f"support-{name}-1280-dark")
