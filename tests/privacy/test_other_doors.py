"""The other ways in which staff might come to see a firm's content, each tried and closed.

Beside these: every address of an account with staff's session (tests/house/test_access.py), the look itself
(test_read_record.py), 500 random requests (test_staff_fuzz.py), back and forward in the browser
(tests/browser/test_support_access.py).
"""

from __future__ import annotations

import io
import logging
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts import lifecycle
from crm.models import Contact, Note
from privacy.deletion import holds
from privacy.support_access import granting, looking
from privacy.support_access.granting import NotPossible
from privacy.support_access.kinds import Named
from privacy.support_access.models import GrantStep, Look, Ticket
from privacy.support_access.reading import Refused, read_record
from tenancy.errors import NoAccount
from tests.house import samples
from tests.privacy.looks import SECRET, allowed, as_superuser, asked, canary, member_of, on_record, ticket_of
from tests.privacy.test_letters import write
from tests.promises import promise
from tests.signed_in import staff_browser
from timetracking.models import Expense

WORD = "Kanarienvogel"


@pytest.fixture
def maren(committed, acme) -> Named:
    return canary(acme)


@pytest.fixture
def ticket(acme, bob) -> Ticket:
    return ticket_of(acme, bob)


def secrets_in(text: str) -> list[str]:
    return [word for word in [*SECRET, WORD] if word in text]


@promise(69, 72)
def test_a_look_shows_its_record_and_nothing_that_hangs_on_it(maren, ticket, acme, alice, sam, inside, files_folder):
    """A contact's notes, deals and activities, an expense's receipt: neither content nor number nor link."""
    with inside(acme):
        contact, author = Contact.objects.get(public_id=maren.public_id), member_of(acme, alice)
        Note.objects.create(contact=contact, author=author, text=f"{WORD} sings")
        samples.activity(contact=contact, note=f"{WORD} sings")
        samples.deal(note=f"{WORD} sings").people.create(contact=contact)
        spent = samples.expense(note=f"{WORD} sings")
        Expense.objects.filter(pk=spent.pk).update(amount="4711.07")
        receipt = Expense.objects.select_related("receipt").get(pk=spent.pk).receipt
    money = Named("timetracking.expense", spent.public_id)
    grant = allowed(asked(ticket, maren, money, by=sam), by=member_of(acme, alice))
    desk = staff_browser(sam)
    for number in (1, 2):
        page = desk.post(f"/support/access/{grant.public_id}/records/{number}/").content.decode()
        assert "You are looking at a record" in page
        assert secrets_in(page) == [] and "4711" not in page
        assert receipt.name not in page and str(receipt.public_id) not in page and "/a/acme/" not in page
        assert "Song" in page or number == 2  # the job of the contact is shown
    for path in (f"/a/acme/expenses/{money.public_id}/receipt/", f"/files/{receipt.public_id}/"):
        assert desk.get(path).status_code == 404


@promise(69)
def test_nothing_that_staff_type_into_an_address_asks_after_content(maren, ticket, sam):
    """No order, filter or word in an address changes what staff's pages show of an account: they can't ask by it."""
    desk, place = staff_browser(sam), f"/support/tickets/{ticket.public_id}/"

    def numbers(query: str = "") -> list[tuple[str, str]]:
        return desk.get(place + query).context["facts"]

    plain = numbers()
    assert ("Contacts", "1") in plain
    for query in (
        "?q=Quillonia",
        "?first_name__startswith=Q",
        "?ordering=first_name",
        "?search=x&record=1&kind=crm.contact",
    ):
        assert numbers(query) == plain
    listed = desk.get("/support/?q=Quillonia").content.decode()
    assert str(ticket) not in listed and secrets_in(listed) == [
        "Quillonia"
    ]  # what was typed, in the field it was typed in


@promise(69)
def test_staff_hold_no_key_and_no_membership(maren, acme, bob, sam, tess):
    for words in (["create_staff", bob.email], ["create_api_key", "acme", sam.email, "--scopes", "crm:read"]):
        with pytest.raises(CommandError):
            call_command(*words, stdout=io.StringIO())
    desk = staff_browser(sam)
    for path in ("contacts/", f"contacts/{maren.public_id}/", "audit-events/", "exports/", "search/"):
        answer = desk.get(f"/api/v1/{path}")
        assert answer.status_code in (401, 404) and secrets_in(answer.content.decode()) == []


@promise(69)
def test_a_shell_and_dumpdata_enter_no_account_by_themselves(maren, recorder):
    with pytest.raises((NoAccount, CommandError)):
        call_command("dumpdata", "crm.contact", stdout=io.StringIO())
    with pytest.raises(NoAccount):
        list(Contact.objects.all())
    with recorder.looking_away(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_contact")
        assert cursor.fetchone() == (0,)  # the fence itself, of whoever leaves Django aside


@promise(72)
def test_an_error_in_a_look_says_nothing_of_the_record(maren, ticket, acme, alice, sam, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    grant = allowed(asked(ticket, maren, by=sam, unmasked=("crm.contact.email",)), by=member_of(acme, alice))
    monkeypatch.setattr(looking, "_was_shown", lambda *_: 1 / 0)  # when the record has been read
    desk = staff_browser(sam)
    desk.raise_request_exception = False
    answer = desk.post(f"/support/access/{grant.public_id}/records/1/")
    assert answer.status_code == 500
    assert secrets_in(answer.content.decode() + caplog.text) == [] and "ZeroDivisionError" in caplog.text
    assert Look.objects.get(grant_id=grant.pk).shown_at is None  # and the log of the firm counts it as shown
    assert "or everything was shown" in _browser(alice).get("/a/acme/admin/support/access/").content.decode()


@promise(70)
def test_one_grant_is_one_decision(maren, ticket, acme, alice, sam, inside):
    """A grant that was refused or taken back is not opened by its twin, and no grant lengthens another one."""
    boss = member_of(acme, alice)
    refused, first, second = (asked(ticket, maren, by=sam) for _ in range(3))
    with inside(acme):
        granting.refuse(refused, by=boss)
    first, second = allowed(first, by=boss), allowed(second, by=boss, minutes=15)
    with inside(acme):
        granting.revoke(first, by=boss)
    for twin in (refused, first):
        with pytest.raises(Refused):
            read_record(on_record(granting.grants().get(pk=twin.pk), maren, by=sam).public_id)
    assert read_record(on_record(second, maren, by=sam).public_id)["record"] == maren.key
    assert granting.grants().get(pk=second.pk).ends_at == second.ends_at


@promise(70, 71)
def test_an_open_page_ends_with_its_time(maren, ticket, acme, alice, sam):
    grant = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    desk = staff_browser(sam)
    desk.post(f"/support/access/{grant.public_id}/records/1/")
    state = f"/support/looks/{Look.objects.get(grant_id=grant.pk).public_id}/"
    assert desk.get(state).json()["seconds"] > 3500
    with as_superuser() as owner:
        owner.execute(
            "UPDATE support_access_grantstep SET at = at - interval '61 minutes' WHERE grant_id = %s", [grant.pk]
        )
    assert desk.get(state).json() == {"seconds": 0}
    again = desk.post(f"/support/access/{grant.public_id}/records/1/", follow=True).content.decode()
    assert "This access is not open." in again and secrets_in(again) == []


def test_two_who_decide_at_once_decide_once(maren, ticket, acme, alice, sam):
    grant, boss = asked(ticket, maren, by=sam), member_of(acme, alice)
    ready, said = threading.Barrier(2), []

    def decide(action, **given) -> None:
        try:
            ready.wait(10)
            with granting.activate(acme, actor=granting.Actor("member", boss.pk, "Alice")):
                action(grant, by=boss, **given)
            said.append("done")
        except NotPossible:
            said.append("told")
        finally:
            connections.close_all()

    yes = {"records": grant.records, "unmasked": [], "minutes": 60}
    both = [
        threading.Thread(target=decide, args=[granting.allow], kwargs=yes),
        threading.Thread(target=decide, args=[granting.refuse]),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join(20)
    assert sorted(said) == ["done", "told"]
    assert GrantStep.objects.filter(grant_id=grant.pk).count() == 1


@promise(70)
def test_a_backup_put_back_elsewhere_opens_no_look(maren, ticket, acme, alice, sam):
    """What its log says of transactions is not true there: the database can't vouch for them, and refuses."""
    look = on_record(allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice)), maren, by=sam)
    with as_superuser() as owner:
        owner.execute("UPDATE audit_event SET transaction = transaction + 1000000 WHERE public_id = %s", [look.event])
    with pytest.raises(Exception, match="is in the future"):
        read_record(look.public_id)


@promise(70)
def test_an_account_in_its_last_days_still_decides_alone(maren, ticket, acme, alice, sam, inside):
    """Closing does not lock the firm out of its own decision: it may allow a look, and take it back."""
    boss = member_of(acme, alice)
    with inside(acme):
        lifecycle.ask_to_close(acme, 30)
    waiting, grant = asked(ticket, maren, by=sam), allowed(asked(ticket, maren, by=sam), by=boss)
    assert read_record(on_record(grant, maren, by=sam).public_id)["record"] == maren.key
    owner = _browser(alice)
    owner.post(f"/a/acme/admin/support/access/{grant.public_id}/revoke/")
    for each in (waiting, grant):
        with pytest.raises(Refused):
            read_record(on_record(granting.grants().get(pk=each.pk), maren, by=sam).public_id)


@promise(70)
@pytest.mark.parametrize("is_held", [False, True])
def test_a_closed_account_is_looked_at_by_nobody_held_or_not(maren, ticket, acme, alice, sam, tess, inside, is_held):
    """What a legal hold keeps from being erased is kept from staff, too; an order by a court opens it no other way."""
    boss = member_of(acme, alice)
    waiting, open_ = asked(ticket, maren, by=sam), allowed(asked(ticket, maren, by=sam), by=boss)
    desk = staff_browser(sam)
    desk.post(f"/support/access/{open_.public_id}/records/1/")
    state = f"/support/looks/{Look.objects.get(grant_id=open_.pk).public_id}/"
    assert desk.get(state).json()["seconds"] > 3500
    if is_held:
        soon = timezone.localdate() + timedelta(days=80)
        holds.place(acme, matter="Berg v. Acme", reason="A court in Kiel asked.", custodian=str(tess), review_on=soon)
    with inside(acme):
        lifecycle.close(type(acme).objects.get(pk=acme.pk), timezone.now())
    assert desk.get(state).json() == {"seconds": 0}
    for each in (waiting, open_):
        page = desk.post(f"/support/access/{each.public_id}/records/1/", follow=True).content.decode()
        assert secrets_in(page) == []
        with pytest.raises(Refused):
            read_record(on_record(granting.grants().get(pk=each.pk), maren, by=sam).public_id)
    with pytest.raises(NotPossible, match="closed"):
        asked(ticket, maren, by=sam)
    with pytest.raises(NotPossible, match="closed"):
        granting.begin_emergency(acme, [maren], code="legal", reason="An order", ticket=ticket, by=sam)
    with inside(acme):
        assert Contact.objects.filter(public_id=maren.public_id).exists(), "it is there, and nobody sees it"


@promise(72)
def test_a_letter_that_comes_back_brings_no_value_along(maren, ticket, acme, alice, sam):
    from accounts.models import OutgoingMail

    asked(ticket, maren, by=sam)
    letter = OutgoingMail.objects.get(kind="look_asked")
    returned = f"Your message could not be delivered.\n\n{letter.text}"
    write(returned, subject="Undeliverable", sender="MAILER-DAEMON@acme.example", Auto_Submitted="auto-replied")
    write(returned, subject="Undeliverable", sender="postmaster@acme.example")
    desk = staff_browser(sam)
    pages = "".join(
        desk.get(f"/support/tickets/{each.public_id}/").content.decode()
        for each in Ticket.objects.filter(queue="support")
    )
    assert "Undeliverable" in pages and secrets_in(pages) == []


def _browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
