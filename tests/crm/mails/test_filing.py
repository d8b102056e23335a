"""Where a logged mail lands, and what its files become."""

import pytest
from allauth.account.models import EmailAddress

from accounts.files.stored import StoredFile
from accounts.models import BellNotice, Membership
from crm.mails import actions, filing
from crm.models import ArrivedMail, Contact, ContactEmail, Mail, MailAttachment, MailContact
from tests.crm.mails.conftest import FILES


def test_a_blind_copy_joins_whom_it_was_written_to(log, letter, maren, edith, acme, inside):
    with inside(acme):
        ContactEmail.objects.create(contact=edith, email="Edith@Home.example")
    mail = log(letter(Cc="edith@home.example"))
    with inside(acme):
        assert {mail.contact, *(each.contact for each in mail.people.all())} == {maren, edith}
        assert mail.direction == "sent" and not mail.held_because and not mail.is_shared
        assert mail.body() == "Hi Maren,\nhere is the plan."
        assert b"plan" not in bytes(Mail.objects.values_list("sealed_body", flat=True).get())


def test_a_forwarded_one_joins_who_wrote_it(log, maren, acme, inside):
    mail = log((FILES / "forward-gmail.eml").read_bytes())
    with inside(acme):
        assert mail.contact == maren and mail.direction == "received" and "Maren Holt" in mail.sender


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"To": "stranger@elsewhere.example"}, filing.NOBODY),
        ({"From": "bob@evil.example"}, "none of your confirmed addresses"),
        ({"From": "Maren <maren@tidewater.example>", "To": "bob@acme.example"}, "none of your confirmed addresses"),
        ({"From": ""}, "none of your confirmed addresses"),
    ],
)
def test_what_fits_nobody_or_comes_from_elsewhere_waits_unsorted(log, letter, maren, acme, inside, headers, why):
    mail = log(letter(**headers))
    with inside(acme):
        assert mail.records == [] and why in mail.held_because
        assert BellNotice.objects.get().member == mail.member


def test_an_address_that_was_not_confirmed_is_none_of_yours(log, letter, maren, bob, acme, inside):
    EmailAddress.objects.create(user=bob, email="bob@private.example", verified=False)
    mail = log(letter(From="bob@private.example"))
    assert mail.held_because


def test_a_restricted_contact_is_not_linked(log, letter, maren, acme, inside):
    with inside(acme):
        Contact.objects.filter(pk=maren.pk).update(restricted_at=maren.created_at)
    mail = log(letter())
    assert mail.contact is None and mail.held_because == filing.RESTRICTED


def test_nobody_elses_contact_is_linked(log, letter, edith, only_own, acme, inside):
    with inside(acme):
        ContactEmail.objects.create(contact=edith, email="edith@home.example")
    mail = log(letter(To="edith@home.example"))
    assert mail.contact is None and mail.held_because == filing.NOBODY


def test_files_are_kept_sealed_or_refused_with_a_reason(log, letter, maren, acme, inside, files_folder):
    message = letter()
    message.add_attachment(b"%PDF-1.7 secret words", maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(b"MZ\x90\0", maintype="application", subtype="pdf", filename="invoice.pdf.exe")
    message.add_attachment(b"\x89PNG\r\n\x1a\n..", maintype="image", subtype="png", cid="<1>", disposition="inline")
    with inside(acme):
        mail = log(message)
        kept, refused, picture = MailAttachment.objects.filter(mail=mail).order_by("id")
        assert kept.file.open().read() == b"%PDF-1.7 secret words" and kept.file.media_type == "application/pdf"
        assert refused.file is None and "two endings" in refused.refused and refused.name == "invoice.pdf.exe"
        assert picture.name == "attachment.png"
    assert not any(b"secret words" in path.read_bytes() for path in files_folder.rglob("*") if path.is_file())


def test_a_letter_is_read_once_and_let_go(in_acme, bob, member_of, maren, letter):
    first, again = (filing.arrived(letter().as_bytes(), member_of(bob)) for _ in range(2))
    robot = filing.arrived(letter(Auto_Submitted="auto-replied").as_bytes(), member_of(bob))
    for arrived in (first, first, again, robot):
        filing.read(str(arrived.public_id))
    assert Mail.objects.count() == 1
    states = {each.public_id: (each.state, each.words) for each in ArrivedMail.objects.all()}
    assert states[first.public_id] == ("done", "")
    assert states[again.public_id] == ("done", filing.KNOWN)
    assert "automatic answers" in states[robot.public_id][1]
    assert StoredFile.objects.filter(purpose="mail as it came", discarded_at=None).count() == 0
    assert MailContact.objects.count() == 0


def test_a_deleted_one_that_is_sent_again_is_back(in_acme, bob, member_of, maren, letter):
    for _ in range(2):
        filing.read(str(filing.arrived(letter().as_bytes(), member_of(bob)).public_id))
        mail = Mail.objects.live().get()
        actions.remove(mail)


def test_nothing_is_logged_for_who_left(in_acme, bob, member_of, maren, letter):
    arrived = filing.arrived(letter().as_bytes(), member_of(bob))
    Membership.objects.filter(pk=member_of(bob).pk).update(removed_at=maren.created_at)
    filing.read(str(arrived.public_id))
    arrived.refresh_from_db()
    assert (arrived.state, arrived.words) == ("done", filing.LEFT)
    assert arrived.file.discarded_at and not Mail.objects.exists()
