"""A report about a child: frozen at once, decided by two, erased, or kept by a verified parent's word."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import consents, restrictions
from accounts.models import Account, Membership, OutgoingMail, Suppression, User
from crm.models import Contact
from demo import cast
from privacy.children import actions, tasks
from privacy.children.models import ChildReport, ParentalConsent
from privacy.deletion.models import AccountDeletion, PersonErasure
from privacy.support_access.models import StaffAction, Ticket, TicketMessage
from tests.privacy.deletion.test_erase_account import dump
from tests.privacy.rights.conftest import send
from tests.promises import promise
from tests.signed_in import staff_browser

KID = "timmy.zyxcanary@kids.example"
REPORT = {"where": KID, "text": "Zyxcanary is 9 and signs in there.", "who": "parent", "email": "edith@pell.example"}
DESK = "/support/children/"
PARENT = {"parent_name": "Edith Pell", "parent_email": "edith@pell.example", "way": "signed"}

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def kid(globex):
    """A child who is a member of Globex."""
    user = User.objects.create_user(KID, "correct horse battery", first_name="Timmy", last_name="Zyxcanary")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    cast.joins(globex, user, Membership.Role.MEMBER)
    return user


@pytest.fixture
def sams(sam):
    return staff_browser(sam)


@pytest.fixture
def tesss(tess):
    return staff_browser(tess)


def reported(**given):
    """Send the public form; the report, and its page at the desk."""
    assert send("/contact/child/", **{**REPORT, **given}).status_code == 200
    report = ChildReport.objects.select_related("ticket").latest("arrived_at", "pk")
    return report, f"{DESK}{report.ticket.public_id}/"


def fresh(report):
    return ChildReport.objects.select_related("ticket").get(pk=report.pk)


def found(at, sams, finding, **whom):
    """Frozen and said by Sam."""
    assert sams.post(f"{at}freeze/", whom).status_code == 302
    assert sams.post(f"{at}find/", {"finding": finding, "ground": "parent"}).status_code == 302


@promise(100, 102)
def test_the_report_stops_mail_and_the_freeze_shuts_the_door(kid, globex, sams):
    consents.choose(kid, {"tips"}, source="/trial/")
    theirs = Client()
    theirs.force_login(kid)
    assert theirs.get("/a/globex/").status_code == 200
    report, at = reported()
    kid.refresh_from_db()
    assert not consents.may_send(kid, "tips")
    assert theirs.get("/a/globex/").status_code == 200  # anybody can send a report
    assert sams.post(f"{at}freeze/", {"address": KID}).status_code == 302
    assert theirs.get("/a/globex/").status_code != 200
    login = {"login": KID, "password": "correct horse battery"}
    again = Client()
    again.post("/login/", login)
    assert again.get("/a/globex/").status_code != 200
    assert fresh(report).is_frozen and User.objects.get(pk=kid.pk).first_name == "Timmy"  # kept
    assert "Frozen" in sams.get(at).content.decode()


@promise(100)
def test_not_a_child_is_used_again_as_before(kid, globex, sams, tesss):
    consents.choose(kid, {"tips"}, source="/trial/")
    report, at = reported()
    found(at, sams, "not_child", address=KID)
    assert tesss.post(f"{at}confirm/").status_code == 302
    kid.refresh_from_db()
    assert kid.is_active and consents.may_send(kid, "tips") and not Suppression.objects.exists()
    assert (fresh(report).outcome, fresh(report).person_ref) == ("lifted", None)


@promise(100)
def test_a_sign_in_that_was_shut_before_stays_shut(kid, sams, tesss):
    User.objects.filter(pk=kid.pk).update(is_active=False)
    _, at = reported()
    found(at, sams, "not_child", address=KID)
    assert tesss.post(f"{at}confirm/").status_code == 302
    kid.refresh_from_db()
    assert not kid.is_active and kid.restricted_at is None


@promise(100)
def test_of_two_reports_the_last_that_ends_opens_what_the_first_shut(kid, sams, tesss):
    consents.choose(kid, {"tips"}, source="/trial/")
    _, first = reported()
    _, second = reported(email="other@pell.example")
    found(first, sams, "not_child", address=KID)
    found(second, sams, "not_child", address=KID)
    tesss.post(f"{first}confirm/")
    kid.refresh_from_db()
    assert not kid.is_active and not consents.may_send(kid, "tips")
    tesss.post(f"{second}confirm/")
    kid.refresh_from_db()
    assert kid.is_active and consents.may_send(kid, "tips")


@promise(100, 114)
def test_what_they_asked_for_themselves_outlasts_the_report(kid, sams, tesss):
    consents.choose(kid, {"tips"}, source="/trial/")
    restrictions.restrict(kid, restrictions.Ground.ASKED)
    _, at = reported()
    found(at, sams, "not_child", address=KID)
    tesss.post(f"{at}confirm/")
    kid.refresh_from_db()
    assert kid.is_active and kid.restricted_for == ["asked"] and not consents.may_send(kid, "tips")
    restrictions.lift(kid, restrictions.Ground.ASKED)
    assert consents.may_send(kid, "tips")


@promise(100)
def test_nobody_decides_alone_and_what_we_cant_tell_stays_frozen(kid, sams, sam, tesss):
    report, at = reported()
    assert sams.post(f"{at}find/", {"finding": "child", "ground": "parent"}).status_code == 422  # nothing is frozen
    found(at, sams, "unknown", address=KID)
    assert tesss.post(f"{at}confirm/").status_code == 422
    sams.post(f"{at}find/", {"finding": "child", "ground": "data"})
    refused = sams.post(f"{at}confirm/")
    assert refused.status_code == 422 and "Somebody else must confirm" in refused.content.decode()
    with pytest.raises(IntegrityError, match="childreport_takes_two"), transaction.atomic():
        ChildReport.objects.filter(pk=report.pk).update(decided_by=sam)
    assert fresh(report).is_frozen and not User.objects.get(pk=kid.pk).is_active


@promise(100)
def test_it_is_erased_at_once_and_the_record_holds_nothing_of_the_child(
    kid, globex, sams, tesss, committed, worker_database
):
    report, at = reported()
    found(at, sams, "child", address=KID)
    assert "Zyxcanary" in dump(worker_database)
    assert tesss.post(f"{at}confirm/").status_code == 302
    tasks.erase(public_id=str(report.public_id))
    tasks.erase(public_id=str(report.public_id))  # harmless
    over = fresh(report)
    assert (over.outcome, over.person_ref, over.firm_ref) == ("erased", None, None)
    assert PersonErasure.objects.get(public_id=over.certificate).ground == "child"
    letter = OutgoingMail.objects.get(kind="child_ended")
    assert letter.to == "edith@pell.example" and "erased" not in letter.text
    OutgoingMail.objects.filter(to="edith@pell.example").delete()
    text = dump(worker_database).lower()
    assert [word for word in ("zyxcanary", "timmy", KID) if word in text] == []
    assert "Erased" in tesss.get(at).content.decode()
    assert set(StaffAction.objects.filter(kind="child.worked").values_list("detail", flat=True)) == {
        "Frozen", "Said: it is a child under 13", "Confirmed: erased",
    }  # fmt: skip


@promise(100)
def test_an_account_that_is_the_childs_alone_goes_with_it(globex, sams, tesss, committed, inside, worker_database):
    from accounts.actions import open_account

    kid = User.objects.create_user(KID, None, first_name="Timmy", last_name="Zyxcanary")
    own = open_account(kid, name="Zyxcanary Lemonade", time_zone="Europe/Copenhagen", currency="EUR").account
    with inside(own):
        Contact.objects.create(first_name="Aunt", last_name="Zyxcanary")
    report, at = reported()
    found(at, sams, "child", address=KID)
    tesss.post(f"{at}confirm/")
    tasks.keep_up()  # whatever died before
    assert AccountDeletion.objects.get(public_id=fresh(report).certificate).is_done
    assert not Account.objects.filter(pk=own.pk).exists() and Account.objects.filter(pk=globex.pk).exists()
    OutgoingMail.objects.filter(to="edith@pell.example").delete()
    assert "zyxcanary" not in dump(worker_database).lower()


@promise(100)
def test_colleagues_need_another_owner_first(kid, globex, sams, tesss, mallory):
    report, at = reported(where=mallory.email)
    found(at, sams, "child", address=mallory.email)
    refused = tesss.post(f"{at}confirm/")
    assert refused.status_code == 422 and "name another owner" in refused.content.decode()
    assert not fresh(report).outcome and fresh(report).is_frozen


@promise(100)
def test_a_contact_is_restricted_in_its_firm_alone_and_erased(acme, globex, sams, tesss, committed, inside):
    facts = {"first_name": "Timmy", "last_name": "Zyxcanary", "email": KID, "mail_permission": "given"}
    contacts = {}
    for firm in (acme, globex):
        with inside(firm):
            contacts[firm] = Contact.objects.create(**facts)
    report, at = reported(where="Acme")
    assert sams.post(f"{at}freeze/", {"address": "nobody@kids.example", "slug": "acme"}).status_code == 422
    found(at, sams, "child", address=KID, slug="acme")
    letter = OutgoingMail.objects.get(kind="child_firm")
    assert letter.to == "alice@acme.example" and "Timmy" not in letter.text and KID not in letter.text
    with inside(acme):
        assert contacts[acme] not in Contact.objects.usable()
    with inside(globex):
        assert contacts[globex] in Contact.objects.usable()
    tesss.post(f"{at}confirm/")
    tasks.erase(public_id=str(report.public_id))
    with inside(acme):
        assert not Contact.objects.filter(email=KID).exists()
    with inside(globex):
        assert Contact.objects.filter(email=KID).exists()
    assert fresh(report).outcome == "erased"


@promise(101, 103, 104)
def test_only_a_verified_parent_lets_it_stay_and_may_take_that_back(kid, globex, sams, tesss, committed):
    report, at = reported()
    assert sams.post(f"{at}parent/", PARENT).status_code == 422  # whose?
    sams.post(f"{at}freeze/", {"address": KID})
    assert sams.post(f"{at}parent/", PARENT).status_code == 302
    assert sams.post(f"{at}confirm/").status_code == 422
    assert not OutgoingMail.objects.filter(kind="child_consent").exists()
    assert tesss.post(f"{at}confirm/").status_code == 302
    consent = ParentalConsent.objects.get()
    assert consent.holds and consent.verified_by.email == "sam@candor.example" and not consent.allows_sale
    with pytest.raises(IntegrityError, match="never_to_a_sale"), transaction.atomic():
        ParentalConsent.objects.update(allows_sale=True)
    kid.refresh_from_db()
    assert kid.is_active and fresh(report).outcome == "allowed"
    link = re.search(rf"{re.escape(settings.SITE_URL)}(\S+)", OutgoingMail.objects.get(kind="child_consent").text)[1]
    page = Client().get(link)
    assert page.status_code == 200 and not page.cookies and KID not in page.content.decode()
    assert ParentalConsent.objects.get().holds  # looking changes nothing
    assert send(link).status_code == 302
    kid.refresh_from_db()
    assert not kid.is_active
    tasks.keep_up()
    consent.refresh_from_db()
    assert consent.withdrawn_at and consent.person_ref is None
    assert not User.objects.filter(email=KID).exists()
    assert "does not hold any more" in Client().get(link).content.decode()
    assert Client().get(f"{link[:-2]}x/").status_code == 404


@promise(100)
def test_while_another_report_is_open_it_stays_frozen(kid, sams, tesss):
    for finding in ("unknown", "not_child"):
        _, at = reported(text=f"A report that ends as {finding}")
        found(at, sams, finding, address=KID)
    assert tesss.post(f"{at}confirm/").status_code == 302
    kid.refresh_from_db()
    assert not kid.is_active


@promise(100)
def test_an_erasing_waits_for_another_owner_however_it_began(globex, mallory, bob, sams, tesss, committed):
    _, at = reported(where=mallory.email)
    sams.post(f"{at}freeze/", {"address": mallory.email})
    sams.post(f"{at}parent/", PARENT)
    assert tesss.post(f"{at}confirm/").status_code == 302
    cast.joins(globex, bob, Membership.Role.MEMBER)
    actions.withdraw(ParentalConsent.objects.get())
    tasks.keep_up()
    waiting = ChildReport.objects.get(outcome="erased")
    assert "name another owner" in waiting.trouble and waiting.is_open
    assert Account.objects.get(pk=globex.pk).closed_at is None and User.objects.filter(pk=mallory.pk).exists()


def test_it_rings_when_nobody_looks_and_when_nobody_decides(kid):
    report, _ = reported()
    actions.ring_late()
    assert not OutgoingMail.objects.filter(kind="child_waits").exists()
    for days, letters in ((1.1, 1), (1.2, 1), (14.1, 2), (20, 2)):
        ChildReport.objects.filter(pk=report.pk).update(arrived_at=timezone.now() - timedelta(days=days))
        actions.ring_late()
        assert OutgoingMail.objects.filter(kind="child_waits", to=settings.OPERATOR.legal_email).count() == letters


def test_what_we_do_not_hold_is_closed_by_two(sams, tesss):
    report, at = reported(where="Somewhere", email="")
    sams.post(f"{at}find/", {"finding": "nothing", "ground": "searched"})
    assert tesss.post(f"{at}confirm/").status_code == 302
    assert fresh(report).outcome == "nothing"
    assert Ticket.objects.get(pk=report.ticket_id).subject == "" and not TicketMessage.objects.exists()
    assert not OutgoingMail.objects.filter(kind="child_ended").exists()


def test_the_desk_is_for_staff_and_shows_nothing_of_a_child(kid, acme, alice, sams, client):
    _, at = reported()
    sams.post(f"{at}freeze/", {"address": KID})
    for page in (DESK, at, f"{DESK}?state=closed"):
        text = sams.get(page).content.decode()
        assert "Timmy" not in text and KID not in text
    client.force_login(alice)
    assert client.get(at).status_code == 404 and client.get(DESK).status_code == 404
    assert client.post(f"{at}freeze/", {"address": "mallory@globex.example"}).status_code == 404


def test_the_ledger_of_consents_keeps_the_rows_of_whoever_signs_in(kid):
    consents.choose(kid, {"tips"}, source="/trial/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_consent WHERE user_id = %s", [kid.pk])
        assert cursor.rowcount == 0
        User.objects.filter(pk=kid.pk).update(is_active=False)
        cursor.execute("DELETE FROM accounts_consent WHERE user_id = %s", [kid.pk])
        assert cursor.rowcount == 1
