"""A legal hold is placed, looked at again and lifted; the firm reads of it, unless a court forbids."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import lifecycle
from accounts.files.purposes import Purpose
from accounts.files.stored import store
from accounts.models import Account, OutgoingMail, StoredFile
from config.celery import BEAT
from crm import purging
from crm.actions import restore
from crm.bulk.chosen import Chosen
from crm.listing.kinds import KINDS
from crm.merging import actions as merging
from crm.models import Contact, Note
from crm.timeline.notes import remove
from privacy.deletion import erasing, holds, ledger, replay, retention, tasks
from privacy.deletion.models import AccountDeletion, LegalHold
from tenancy.held import Held
from tests.promises import promise
from timetracking.models import Project, TimeEntry

PAGE = "/a/acme/admin/account/close/"


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def hold(capsys):
    """``hold("list")`` is the command, and what it said."""

    def run(*words, staff=None):
        by = ["--staff", staff] if staff else []
        call_command("legal_hold", *words, *by)
        return capsys.readouterr().out

    return run


@promise(147)
def test_a_hold_is_placed_looked_at_again_and_lifted_and_the_firm_reads_it(client, acme, alice, inside, tess, hold):
    matter = ["--matter", "Berg v. Acme", "--reason", "A court in Kiel asked.", "--until", day(80)]
    with inside(acme):
        maren = Contact.objects.create(first_name="Maren")
    said = hold("place", "acme", *matter, "--record", f"crm.contact:{maren.public_id}", staff=tess.email)
    number = said.split()[1].rstrip(":")
    placed = LegalHold.objects.get(public_id=UUID(number))
    assert (placed.custodian, placed.record_id, placed.is_sealed) == (str(tess), maren.public_id, False)
    client.force_login(alice)
    page = client.get(PAGE).content.decode()
    assert "Berg v. Acme" in page and "A court in Kiel asked." in page and f"hold on contact {maren.public_id}" in page
    with inside(acme):
        assert retention.apply(acme) == {}
    assert holds.of_record(acme.pk, "crm.contact", maren.public_id).exists()
    assert not holds.of_record(acme.pk, "crm.contact", uuid4()).exists()
    hold("review", number, "--until", day(90), staff=tess.email)
    assert f"holds contact {maren.public_id}, until {day(90)}." in hold("list", "acme")
    hold("lift", number, staff=tess.email)
    assert hold("list") == "" and "Berg v. Acme" not in client.get(PAGE).content.decode()
    log = client.get("/a/acme/admin/audit/").content.decode()
    for words in ("placed a legal hold for", "is still open, until", "released the legal hold for", "Berg v. Acme"):
        assert words in log, words
    assert str(tess) in log


def test_of_a_sealed_hold_the_firm_learns_that_there_is_one(client, acme, alice, tess, hold, capsys):
    secret = ["--matter", "Secretmatter", "--reason", "Secretreason", "--until", day(1), "--sealed"]
    hold("place", "acme", *secret, staff=tess.email)
    client.force_login(alice)
    for page in (PAGE, "/a/acme/admin/audit/"):
        assert "Secret" not in client.get(page).content.decode()
    assert "a matter that a court has sealed" in client.get("/a/acme/admin/audit/").content.decode()
    LegalHold.objects.update(review_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(SystemExit):
        hold("list")
    assert "sealed, NOT LOOKED AT IN TIME" in capsys.readouterr().out


def test_what_is_mistyped_holds_nothing(acme, alice, tess, hold):
    words = ["place", "acme", "--matter", "m", "--reason", "r", "--until", day(9)]
    for wrong, why in [
        (["--record", f"crm.contact:{uuid4()}"], "has no crm.contact"),
        (["--record", "crm.contact:maren"], "badly formed"),
        (["--record", f"accounts.user:{uuid4()}"], "no kind of record"),
        (["--until", day(91)], "90 days"),
        (["--matter", " "], "the matter"),
    ]:
        with pytest.raises(CommandError, match=why):
            hold(*words, *wrong, staff=tess.email)
    with pytest.raises(CommandError, match="not support staff"):
        hold(*words, staff=alice.email)
    with pytest.raises(CommandError, match="no open hold"):
        hold("lift", str(uuid4()), staff=tess.email)
    assert not LegalHold.objects.exists()


def place(account, **scope):
    until = timezone.localdate() + timedelta(days=30)
    return holds.place(account, matter="Berg v. Acme", reason="r", custodian="Tess", review_on=until, **scope)


@promise(147)
def test_a_held_record_stays_whoever_deletes_merges_or_empties_the_bin(client, acme, alice, inside):
    with inside(acme):
        maren, nils = (Contact.objects.create(first_name=name) for name in ("Maren", "Nils"))
        note = Note.objects.create(contact=maren, author=acme.memberships.get(user=alice), text="Twice")
        other = Note.objects.create(contact=nils, author=acme.memberships.get(user=alice), text="Once")
    client.force_login(alice)
    assert client.post(f"/a/acme/contacts/{maren.public_id}/delete/").status_code == 302
    hold = place(acme, record_type="crm.contact", record_id=maren.public_id)
    long_ago = timezone.now() - timedelta(days=60)
    with inside(acme):
        Contact.objects.filter(pk=maren.pk).update(deleted_at=long_ago)
        purging.purge_old()
        assert Contact.objects.filter(pk=maren.pk).exists(), "the bin keeps it"
        restore(Contact.objects.get(pk=maren.pk))
    page = client.post(f"/a/acme/contacts/{maren.public_id}/delete/")
    assert page.status_code == 403 and b"Berg v. Acme" in page.content
    chosen = Chosen(KINDS["contacts"], acme.memberships.get(user=alice), {}, [maren.public_id, nils.public_id])
    with pytest.raises(Held), inside(acme):
        merging.merge(Contact.objects.get(pk=nils.pk), [Contact.objects.get(pk=maren.pk)], by=None)
    with pytest.raises(Held), inside(acme):
        remove(note)
    with inside(acme):
        assert [each.pk for each in chosen.to_change("bin")] == [nils.pk]
        assert {each.pk for each in chosen.to_change("tag")} == {nils.pk, maren.pk}, "and it goes on being worked with"
        remove(other)
        # One that holds a part keeps the whole from being emptied out of the bin.
        place(acme, record_type="crm.note", record_id=other.public_id)
        Note.objects.filter(pk=other.pk).update(deleted_at=long_ago)
        Contact.objects.filter(pk=nils.pk).update(deleted_at=long_ago)
        purging.purge_old()
        assert Contact.objects.filter(pk=nils.pk).exists() and Note.objects.filter(pk=other.pk).exists()
    holds.release(hold)
    assert client.post(f"/a/acme/contacts/{maren.public_id}/delete/").status_code == 302


def test_a_held_person_keeps_what_is_theirs_and_nobody_elses(acme, alice, bob, inside, tess, hold):
    matter = ["--matter", "Berg v. Acme", "--reason", "r", "--until", day(80)]
    said = hold("place", "acme", *matter, "--person", bob.email, staff=tess.email)
    assert f"holds all of member {acme.memberships.get(user=bob).public_id} of acme" in said
    with inside(acme):
        project = Project.objects.create(name="Website")
        mine, theirs = (
            TimeEntry.objects.create(
                project=project, person=acme.memberships.get(user=user), day=timezone.localdate(), minutes=30
            )
            for user in (bob, alice)
        )
        with pytest.raises(Held, match="Berg v"):
            mine.delete()
        assert theirs.delete()[0] == 1
    with pytest.raises(CommandError, match="no member"):
        hold("place", "acme", *matter, "--person", "nobody@acme.example", staff=tess.email)


def test_a_held_account_closes_and_keeps_its_files_until_the_hold_ends(acme, committed, inside, outside, files_folder):
    with inside(acme):
        store([b"evidence"], purpose=Purpose("notes", made_as="text/plain"), name="a.txt")
    held = place(acme)
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    number = AccountDeletion.objects.get(number=acme.pk).number
    assert not erasing.go_on(number, may_wait=False)
    assert ledger.lines() == [] and replay.what_is_in_the_way() == [], "the ledger does not say what is not decided"
    with inside(acme):
        assert StoredFile.objects.get().open().read() == b"evidence"
    holds.release(held)
    assert erasing.finish(number).is_done and len(ledger.lines()) == 1


def test_who_placed_a_hold_hears_when_nobody_looked_at_it_in_time(acme, sam, tess):
    mine, old = place(acme, placed_by=tess), place(acme)
    assert holds.remind() == 0
    LegalHold.objects.update(review_on=timezone.localdate() - timedelta(days=2))
    for _ in range(2):
        tasks.remind_of_holds()
    letters = OutgoingMail.objects.filter(kind="hold_overdue")
    assert sorted(letters.values_list("to", flat=True)) == sorted([tess.email, sam.email, tess.email])
    assert str(mine.public_id) in letters.filter(to=tess.email).first().text + letters.filter(to=tess.email)[1].text
    LegalHold.objects.filter(pk=old.pk).update(reminded_at=timezone.now() - timedelta(days=8))
    assert holds.remind() == 1
    holds.review(mine, timezone.localdate() + timedelta(days=9))
    assert not LegalHold.objects.get(pk=mine.pk).is_overdue
    assert BEAT["overdue holds"]["task"] == tasks.remind_of_holds.name
