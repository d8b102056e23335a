"""A stranger writes to us without cookies, staff answer, the answer arrives by mail, and a call is noted."""

from __future__ import annotations

import re

from django.conf import settings
from playwright.sync_api import expect

from accounts import mail
from privacy.support_access.models import Call, Ticket
from tests.promises import promise
from tests.signed_in import staff_browser


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@promise(40, 65, 102, 142)
def test_from_the_contact_form_to_the_answer_and_the_call(server, acme, bob, sam, open_page, sign_in, axe, postman):
    stranger = open_page(width=360, scripts=False)
    stranger.goto(f"{server}/contact/?topic=security")
    assert stranger.get_by_label("What is it about?").input_value() == "security"
    stranger.get_by_label("Your name").fill("Edith Pell")
    stranger.get_by_label("Your e-mail").fill("edith@pell.example")
    stranger.get_by_label("In a few words").fill("Your lock")
    stranger.get_by_role("button", name="Send message").click()
    expect(stranger.get_by_text(re.compile("things? to look at"))).to_be_visible()
    stranger.get_by_label("Your message").fill("It opens with a spoon.")
    stranger.get_by_role("button", name="Send message").click()
    ticket = Ticket.objects.get()
    expect(stranger.get_by_text(str(ticket))).to_be_visible()
    assert stranger.context.cookies() == []

    for path in ("/contact/", "/contact/child/"):
        page = open_page(width=360)
        page.goto(server + path)
        assert fits(page)
        axe(page)

    desk = open_page()
    value = staff_browser(sam).cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}
    desk.context.add_cookies([cookie])
    desk.goto(f"{server}/support/")
    axe(desk)
    desk.keyboard.press("/")
    desk.keyboard.type(str(ticket))
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/support/tickets/{ticket.public_id}/")
    axe(desk)
    desk.get_by_label("Answer").fill("Thank you.\n\nA new lock is on its way.")
    desk.get_by_role("button", name="Send answer").click()
    expect(desk.get_by_text("Sent to edith@pell.example.")).to_be_visible()

    mail.sweep()
    answer = next(letter for letter in postman.letters if "our answer" in letter["Subject"])
    assert answer["To"] == "edith@pell.example" and str(ticket) in answer["Subject"]
    plain = answer.get_body(("plain",)).get_content()
    assert "A new lock is on its way." in plain
    link = next(word for word in plain.split() if "/contact/" in word)
    stranger.goto(server + link[link.index("/contact/") :])
    stranger.get_by_label("What do you want to add?").fill("It holds. Thanks!")
    stranger.get_by_role("button", name="Send message").click()
    ticket.refresh_from_db()
    assert ticket.state == "open"

    desk.get_by_role("link", name="Note a call").click()
    axe(desk)
    desk.get_by_label("Signs in as").fill("bob@acme.example")
    desk.get_by_label("Purpose").select_option("security")
    desk.get_by_label("What was said").fill("He has the same lock.")
    desk.get_by_role("button", name="Save call").click()
    expect(desk.get_by_role("heading", name="Call with Edith Pell")).to_be_visible()
    axe(desk)
    assert Call.objects.get().ticket == ticket
    for path in ("/support/calls/", "/support/opt-outs/", "/support/trials/", "/support/log/"):
        desk.goto(server + path)
        axe(desk)
    small = open_page(width=360, dark=True)
    small.context.add_cookies([cookie])
    for path in ("/support/", f"/support/tickets/{ticket.public_id}/", "/support/calls/new/", "/support/calls/"):
        small.goto(server + path)
        assert fits(small), path
        axe(small)

    own = open_page(width=360)
    sign_in(own, server, bob)
    own.goto(f"{server}/a/acme/admin/support/")
    expect(own.get_by_text("He has the same lock.")).to_be_visible()
    assert fits(own)
    axe(own)
