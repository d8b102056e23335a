"""A firm answers its contacts: a use to which they object really stops, and the answer goes to them."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from accounts.models import BellNotice, Membership, OutgoingMail
from accounts.recipients import WebhookRecipient
from crm.listing import export
from crm.listing.kinds import CONTACTS
from crm.models import Contact
from privacy.exports.candor_archive import Zipped, verify
from privacy.exports.models import Export
from privacy.registers import books
from privacy.rights import firm, held
from privacy.rights.models import Channel, FirmRequest
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def maren(acme, alice, inside):
    with inside(acme):
        return Contact.objects.create(
            first_name="Maren", last_name="Holm", email="maren@holm.example", mail_permission="given"
        )


@pytest.fixture
def owner(acme, alice):
    return Membership.objects.select_related("account", "user").get(account=acme, user=alice)


def asked(kind="object"):
    facts = {"kind": kind, "channel": Channel.MAIL, "name": "Maren Holm", "email": "maren@holm.example"}
    return firm.enter(FirmRequest(**facts))


@promise(108, 114)
def test_an_objection_stops_mail_lists_exports_and_new_work(acme, alice, maren, owner, inside, client):
    client.force_login(alice)
    with inside(acme):
        request = asked()
    at = f"/a/acme/admin/privacy/{request.public_id}/"
    page = client.get(at).content.decode()
    assert "Maren Holm" in page  # found by the address
    assert client.post(f"{at}contact/", {"contact": maren.public_id}).status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        assert maren.is_restricted and maren.mail_permission == "refused"
        assert maren not in Contact.objects.usable()
        assert "privacy_request.named" in kinds_of_the_log()
        Contact.objects.create(first_name="Ida", last_name="Berg")
        assert export.start(CONTACTS, by=owner, asked={}, columns=[], form="csv").total == 1
    refused = {
        "decision": "refused",
        "answer": "We need it.",
        "what": "The contract",
        "code": "1",
        "evidence": "Order 7",
    }
    assert client.post(f"{at}decide/", refused).status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        assert not maren.is_restricted
        assert maren.mail_permission == "refused"  # what they said of mail stays said
    letter = OutgoingMail.objects.get(kind="rights_firm_decided")
    assert letter.to == "maren@holm.example" and "The contract: To finish or honour what was agreed." in letter.text
    assert "Order 7" not in letter.text and "complain to the authority" in letter.text
    for body in (letter.text, letter.html):
        assert all(words in body for words in (str(owner), owner.user.email))  # to whom they may write about it


def test_whoever_was_given_the_data_hears_what_became_of_it(acme, alice, maren, owner, inside, client):
    client.force_login(alice)
    with inside(acme):
        request = asked("delete")
        request.contact_ref = maren.public_id
        request.save()
        Export.objects.create(scope="account", state="ready", by=owner)
        Export.objects.create(scope="account", state="failed", by=owner)
        for name, on in (("Payroll", timezone.now()), ("Silent", None)):
            facts = {"url": "https://in.example/x", "purpose": "p", "country": "DK", "topics": ["contacts"]}
            WebhookRecipient.objects.create(name=name, switched_on_at=on, **facts)
    at = f"/a/acme/admin/privacy/{request.public_id}/"
    page = client.get(at).content.decode()
    assert page.count(f"{owner}: an archive of") == 1 and "Payroll (in.example)" in page and "Silent" not in page
    done = {"decision": "full", "answer": "You are gone."}
    left_out = client.post(f"{at}decide/", done)
    assert left_out.status_code == 422
    assert "Write whom you told" in left_out.content.decode() and "You are gone." in left_out.content.decode()
    assert client.post(f"{at}decide/", {**done, "told": "Our tax adviser, by letter."}).status_code == 302
    with inside(acme):
        assert FirmRequest.objects.get().told == "Our tax adviser, by letter."
    assert "Our tax adviser, by letter." in client.get(at).content.decode()
    assert "tax adviser" not in OutgoingMail.objects.get(kind="rights_firm_decided").text


@pytest.mark.parametrize(("kind", "decision"), [("access", "full"), ("restrict", "refused")])
def test_where_nothing_was_changed_nobody_else_has_to_hear(kind, decision, acme, alice, inside, client):
    client.force_login(alice)
    with inside(acme):
        request = asked(kind)
    why = {"what": "All of it", "code": "not_wrong", "evidence": "HR"} if decision == "refused" else {}
    answered = client.post(
        f"/a/acme/admin/privacy/{request.public_id}/decide/", {"decision": decision, "answer": "So.", **why}
    )
    assert answered.status_code == 302


def kinds_of_the_log():
    from audit.models import Event

    return set(Event.objects.values_list("kind", flat=True))


@promise(97)
def test_it_rings_for_those_who_decide_and_only_they_may_answer(acme, alice, bob, mallory, globex, inside, client):
    with inside(acme):
        request = asked("access")
        assert BellNotice.objects.filter(kind="privacy.asked").count() == 1
    letter = OutgoingMail.objects.get(kind="rights_firm_waits")
    assert letter.to == alice.email and "Maren" not in letter.text
    at = f"/a/acme/admin/privacy/{request.public_id}/"
    for user, status in ((bob, 403), (mallory, 404)):
        client.force_login(user)
        assert client.get(at).status_code == status
    Membership.objects.filter(account=acme, user=bob).update(is_privacy_approver=True)
    client.force_login(bob)
    assert client.get(at).status_code == 200


@promise(146)
def test_its_clock_is_the_firms_own(acme, alice, inside):
    with inside(acme):
        request = asked("access")
        while not 50 <= request.percent < 80:
            request.arrived_at -= timedelta(hours=12)
        FirmRequest.objects.filter(pk=request.pk).update(arrived_at=request.arrived_at)
        firm.ring_late()
        firm.ring_late()
    assert OutgoingMail.objects.filter(kind="rights_firm_late").count() == 1
    assert request.zone.key == acme.time_zone


@promise(109, 122, 123)
def test_the_firm_sees_field_by_field_what_it_keeps_about_a_contact(acme, alice, maren, inside, client):
    client.force_login(alice)
    page = client.get(f"/a/acme/admin/privacy/contacts/{maren.public_id}/").content.decode()
    for words in ("maren@holm.example", "from our customer", "masked to a hint", "row deleted"):
        assert words in page, words
    with inside(acme):
        names = [table.name for table in held.of_contact(maren)]
    assert names[0] == "Contacts" and len(names) == len(set(names))


@promise(105, 109, 121, 125, 126)
def test_everybody_sees_what_is_held_about_them_and_no_secret(acme, bob, client):
    client.force_login(bob)
    page = client.get("/a/acme/admin/my-data/").content.decode()
    assert "bob@acme.example" in page and "Identification and authentication" in page
    assert bob.password not in page and held.SECRET in page.replace("&#x27;", "'")
    assert client.get("/a/acme/admin/my-data/copy/")["Location"] == "/a/acme/admin/my-data/"
    copy = client.post("/a/acme/admin/my-data/copy/")
    assert copy.status_code == 200
    files = Zipped(io.BytesIO(copy.content))
    assert not verify(files).findings
    assert b"my-data.json" in files.open("README.html").read()
    data = json.loads(files.open("my-data.json").read())
    assert bob.password not in json.dumps(data) and "bob@acme.example" in json.dumps(data["candor"])
    assert {"controller", "candor", "firm", "categories"} == set(data)
    assert data["controller"] == configured.OPERATOR.named() and data["controller"]["name"]
    assert all(each["sold_or_shared"].startswith("No") for each in data["categories"])


def copy_in_words(client):
    archive = client.post("/a/acme/admin/my-data/copy/").content
    return json.loads(Zipped(io.BytesIO(archive)).open("my-data.json").read())


@promise(83, 124)
def test_everybody_reads_with_what_kinds_of_others_their_data_is_shared(acme, bob, client, settings):
    """From the register, for each field and each category; nobody where nobody works for us, and nobody too early."""
    client.force_login(bob)
    page = client.get("/a/acme/admin/my-data/").content.decode()
    alone = copy_in_words(client)
    assert "Stripe" not in page
    assert {each["shared_with"] for each in alone["categories"]} == {held.NOBODY}
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_live_x", ""
    shared = "Card payments: Stripe Payments Europe, Limited"
    assert shared in client.get("/a/acme/admin/my-data/").content.decode()
    data = copy_in_words(client)
    assert {each["shared_with"] for each in data["categories"]} == {shared, held.NOBODY}
    fields = [field for table in data["candor"] for field in table["fields"]]
    gets = set(books.processors_known()[0].categories)
    assert {field["category"] for field in fields if field["goes_to"] == shared} == gets & {
        field["category"] for field in fields
    }


@promise(134)
def test_no_right_that_is_used_changes_price_limits_or_help(acme, bob, alice, inside, client):
    """What a plan, a price, a limit or the queue of help depends on, before and after each kind of request."""
    from billing.catalogue import Interval, offer
    from privacy.rights.models import Kind
    from privacy.support_access.actions import open_ticket
    from privacy.support_access.models import Topic

    def state():
        acme.refresh_from_db()
        facts = (acme.most_members, acme.trial_ends_at, acme.paid_through, acme.past_due_since)
        help_asked = open_ticket(Topic.HELP, "It won’t print.", subject="Printing", email=bob.email)
        prices = [
            offer(people, currency, term) for people in (1, 5, 50) for currency in ("EUR", "USD") for term in Interval
        ]
        return facts, acme.standing(), prices, (help_asked.queue, help_asked.is_urgent)

    client.force_login(bob)
    before = state()
    for kind in Kind.values:
        for to in ("candor", "firm"):
            answer = client.post("/a/acme/admin/my-data/requests/", {"kind": kind, "to": to, "words": "Please."})
            assert answer.status_code == 302
    assert state() == before
