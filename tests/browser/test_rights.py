"""Each right from the public form to its end; a firm's correction; a report about a child: in browsers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from playwright.sync_api import expect

from accounts import mail
from accounts.models import CacheEntry, OutgoingMail, User
from crm.models import Contact
from privacy.children.models import ChildReport
from privacy.deletion.tasks import finish_persons
from privacy.rights.models import Agent, FirmRequest, Kind, RightsRequest
from tests.browser.test_help import fits
from tests.promises import promise
from tests.signed_in import staff_browser

KNOWN = {"phone": "+4533123456", "street": "Havnegade 3", "postal_code": "1058"}
DECIDED = {Kind.CORRECT: "Done", Kind.DELETE: "Done in part", Kind.COMPLAINT: "Refused"}
WALKS = {
    "handed over": [Kind.ACCESS, Kind.CATEGORIES, Kind.COPY],
    "stopped": [Kind.OBJECT, Kind.RESTRICT, Kind.WITHDRAW, Kind.OPT_OUT],
    "changed": [Kind.CORRECT, Kind.COMPLAINT, Kind.DELETE],  # after the last nobody is left to ask
}


@pytest.fixture
def desk_of(server, open_page):
    """A page of somebody of our staff."""

    def opened(user):
        page = open_page()
        value = staff_browser(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}])
        return page

    return opened


def letter_of(request, kind):
    """The last letter of a kind about a request."""
    return (
        OutgoingMail.objects.filter(Q(text__contains=request) | Q(subject__contains=request), kind=kind)
        .latest("pk")
        .text
    )


def link_in(letter):
    """The page of the request; the server writes its own address before it."""
    return re.search(r"/privacy/request/[^/\s]+/", letter)[0]


def ask(person, server, kind, email):
    """Fill in the public form and confirm it from the mailbox."""
    CacheEntry.objects.all().delete()  # ten forms in a minute are more than one person may send
    person.goto(f"{server}/privacy/request/?kind={kind}")
    person.get_by_label("Your name").fill("Bob Reyes")
    person.get_by_label("Your e-mail").fill(email)
    person.get_by_label("Where you live").select_option("DE")
    if kind == Kind.CORRECT:
        person.get_by_label("What is wrong").select_option("city")
        person.get_by_label("What stands there").fill("Aarhus")
        person.get_by_label("What it should be").fill("Odense")
    person.get_by_role("button", name="Send request").click()
    expect(person.get_by_text(email)).to_be_visible()
    request = RightsRequest.objects.get(kind=kind)
    person.goto(server + link_in(letter_of(request, "rights_received")))
    person.get_by_role("button", name="Yes, it was me: go on").click()
    expect(person.get_by_text("We work on it")).to_be_visible()
    return request


def say_who(person, kind):
    """Three points that stand on no business card; two where nothing of them is handed over."""
    person.get_by_role("link", name="Say who you are").click()
    person.get_by_label("Telephone in your profile").fill(KNOWN["phone"])
    person.get_by_label("Street and number in your profile").fill(KNOWN["street"])
    person.get_by_label("Postal code in your profile").fill(KNOWN["postal_code"])
    if kind.points_needed > 2:
        person.get_by_label("I declare, under penalty of perjury").check()
    person.get_by_role("button", name="Compare").click()
    expect(person.get_by_text("fits what we hold")).to_be_visible()


def answer(desk, decision):
    """The decision, with its reason where something is not done."""
    desk.get_by_label(decision, exact=True).check()
    if decision != "Done":
        desk.get_by_label("What is not done", exact=True).fill("The invoices of 2025")
        desk.get_by_label("Why not", exact=True).first.select_option("8")
        desk.get_by_label("What shows it", exact=True).fill("The bookkeeping act, until 2031")
    desk.get_by_label("Your answer").fill("This is what we did.")
    if (others := desk.get_by_label("Who else was told of it")).count():
        others.fill("Nobody has it.")
    desk.get_by_role("button", name="Answer", exact=True).click()
    expect(desk.get_by_role("region", name="Answer").get_by_text("This is what we did.")).to_be_visible()


@pytest.mark.parametrize("walk", WALKS)
@promise(62, 107, 109, 110, 111, 112, 114, 116, 117, 118, 121, 128)
def test_every_right_from_the_public_form_to_its_end(walk, server, acme, bob, sam, open_page, desk_of, axe):
    User.objects.filter(pk=bob.pk).update(**KNOWN, city="Aarhus")
    person, desk = open_page(width=360, scripts=False), desk_of(sam)
    for kind in WALKS[walk]:
        request = ask(person, server, kind, bob.email)
        if kind.points_needed:
            say_who(person, kind)
        desk.goto(f"{server}/support/rights/{request.public_id}/")
        decision = DECIDED.get(kind, "Done")
        answer(desk, decision)
        letter, is_refused = letter_of(request, "rights_decided"), decision != "Done"
        person.goto(server + link_in(letter))
        expect(person.get_by_text(f": {decision}")).to_be_visible()
        for fetched in ("Fetch your data", "As tables"):
            assert person.get_by_role("link", name=fetched).is_visible() == kind.hands_over
        assert is_refused == ("The invoices of 2025" in letter) == ("complain to the authority" in letter)
        assert is_refused == person.get_by_role("button", name="Have somebody else decide").is_visible()
        assert is_refused == ("https://www.bfdi.bund.de" in letter) and "act, until" not in letter
        request.refresh_from_db()
        assert request.closed_at and request.get_decision_display() == decision
    assert person.context.cookies() == []
    axe(desk)
    bob.refresh_from_db()
    if walk == "stopped":
        assert bob.restricted_at
    if walk == "changed":
        assert bob.city != "Aarhus"
        mail.sweep()  # the letter that says so goes out first
        finish_persons()
        bob.refresh_from_db()
        person.reload()  # of the address nothing is left, and the answer can be doubted all the same
        assert person.get_by_label("Your e-mail").is_visible()
        assert not bob.is_active and bob.email != "bob@acme.example" and not bob.phone


@promise(97, 146)
def test_what_a_firm_decides_goes_to_its_own_board_and_clock(
    server, acme, alice, sam, inside, open_page, desk_of, sign_in, axe
):
    with inside(acme):
        Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example", title="Clerk")
    person, desk, firm = open_page(width=360, scripts=False), desk_of(sam), open_page()
    person.goto(f"{server}/privacy/request/?kind=access")
    person.get_by_label("A firm that works with Candor has my data").check()
    person.get_by_label("Which firm?").fill("The people of Acme")
    person.get_by_label("Your name").fill("Maren Holm")
    person.get_by_label("Your e-mail").fill("maren@holm.example")
    person.get_by_label("Where you live").select_option("DE")
    person.get_by_role("button", name="Send request").click()
    request = RightsRequest.objects.get()
    person.goto(server + link_in(letter_of(request, "rights_received")))
    person.get_by_role("button", name="Yes, it was me: go on").click()
    expect(person.get_by_text("We pass it on to the firm")).to_be_visible()

    desk.goto(f"{server}/support/rights/{request.public_id}/")
    axe(desk)
    desk.get_by_label("Account").fill("acme")
    desk.get_by_role("button", name="Pass on").click()
    expect(desk.get_by_text("Passed on to the firm").first).to_be_visible()
    person.reload()
    expect(person.get_by_text(": Passed on to the firm")).to_be_visible()

    sign_in(firm, server, alice)
    firm.goto(f"{server}/a/acme/admin/privacy/")
    axe(firm)
    firm.get_by_role("link", name="See what is kept about me").click()
    expect(firm.get_by_text(f"Passed on by Candor as {request}")).to_be_visible()
    firm.get_by_role("button", name="It is this one").click()
    firm.get_by_role("link", name="What is kept").click()
    expect(firm.get_by_text("Clerk").first).to_be_visible()
    firm.go_back()
    answer(firm, "Done in part")
    axe(firm)
    letter = OutgoingMail.objects.get(kind="rights_firm_decided")
    assert letter.to == "maren@holm.example" and "The invoices of 2025" in letter.text
    with inside(acme):
        theirs = FirmRequest.objects.get()
        request.refresh_from_db()
        assert (theirs.decision, theirs.arrived_at) == ("partial", request.arrived_at)
    assert "Clerk" not in desk.content() and person.context.cookies() == []


@promise(129)
def test_an_agent_asks_and_the_person_confirms_it_directly(server, acme, bob, sam, open_page, desk_of, axe):
    User.objects.filter(pk=bob.pk).update(**KNOWN)
    agent, person, desk = open_page(width=360), open_page(width=360, scripts=False), desk_of(sam)
    agent.goto(f"{server}/privacy/request/agent/")
    axe(agent)
    agent.get_by_label("Your own name").fill("Lara Quist")
    agent.get_by_label("Your own e-mail").fill("lara@quist.example")
    agent.get_by_label("Name of the person for whom you ask").fill("Bob Reyes")
    agent.get_by_label("E-mail of that person").fill(bob.email)
    agent.get_by_label("What do you want?").select_option("access")
    agent.get_by_label("Signed by").fill("Bob Reyes")

    def sends(scope, days):
        agent.get_by_label("Signed on").fill(f"{timezone.now() - timedelta(days=30):%Y-%m-%d}")
        agent.get_by_label("Valid until").fill(f"{timezone.now() + timedelta(days=days):%Y-%m-%d}")
        agent.get_by_role("checkbox", name=scope).check()
        permission = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
        agent.get_by_label("The signed permission").set_input_files(permission)
        agent.get_by_role("button", name="Send request").click()

    sends("Have my data deleted", days=-3)
    expect(agent.get_by_text("The permission does not allow what you ask for.").first).to_be_visible()
    expect(agent.get_by_text("That permission is over.").first).to_be_visible()
    assert fits(agent) and not RightsRequest.objects.exists()
    sends("See what is kept about me", days=30)
    request = RightsRequest.objects.get()
    received = OutgoingMail.objects.get(kind="rights_received")
    assert received.to == bob.email, "to the person, and to nobody else"

    desk.goto(f"{server}/support/rights/{request.public_id}/")
    expect(desk.get_by_text("Not confirmed by the person")).to_be_visible()
    expect(desk.get_by_text("See what is kept about me, Have my data deleted")).to_be_visible()
    person.goto(server + link_in(received.text))
    expect(person.get_by_text("Lara Quist asks for you")).to_be_visible()
    person.get_by_role("button", name="Yes, they may ask for me: go on").click()
    say_who(person, Kind.ACCESS)

    Agent.objects.update(expires_on=timezone.now() - timedelta(days=3))  # it took too long
    desk.reload()
    expect(desk.get_by_text("Over", exact=True)).to_be_visible()
    desk.get_by_label("Done", exact=True).check()
    desk.get_by_label("Your answer").fill("Here it is.")
    desk.get_by_role("button", name="Answer", exact=True).click()
    expect(desk.get_by_text("or the permission is over")).to_be_visible()
    Agent.objects.update(expires_on=timezone.now() + timedelta(days=30))
    desk.goto(f"{server}/support/rights/{request.public_id}/")
    answer(desk, "Done")
    axe(desk)
    person.goto(server + link_in(letter_of(request, "rights_decided")))
    expect(person.get_by_role("link", name="Fetch your data")).to_be_visible()
    assert not OutgoingMail.objects.filter(to="lara@quist.example", text__contains="copy").exists()


def test_the_public_form_fits_a_telephone(server, open_page, axe):
    page = open_page(width=360)
    page.goto(f"{server}/privacy/request/?kind=correct")
    assert fits(page)
    axe(page)


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
