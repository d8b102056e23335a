"""A member and somebody who signs in go: hours stay for the books, and nothing in a whole dump says whose they were."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import models

import audit
import datamap
from accounts import mail
from accounts.models import Consent, Membership, OutgoingMail, SecurityEvent, User
from accounts.people import members
from crm.models import Company, Contact, Note
from datamap import Category, Erasure, Subject
from demo import cast
from privacy.deletion import ledger, persons, replay, tables, tasks
from privacy.deletion.models import LedgerLine, PersonErasure
from privacy.deletion.persons import subjects
from tenancy.globals import has_account
from tenancy.probe import RowMaker
from tests.accounts.factors import forget_proof
from tests.privacy.deletion.test_erase_account import dump
from tests.promises import promise
from timetracking.models import RunningTimer, TimeEntry

MARK = "Zyxcanary"
WORDS = (MARK, "Xavierbob", "Underhillreyes", "bob@acme.example")
HAND_MADE = {"support_access_grant", "support_access_look", "support_access_suggestion"}
TEXTS = (models.CharField, models.TextField)


def plant(person):
    """A canary in each text that is about somebody and goes; how many."""
    planted = 0
    for rows in datamap.rows_about(person):
        model = rows.queryset.model
        texts = [model._meta.get_field(answer.field) for answer in rows.answers if goes(answer)]
        here = {"account_id": person.account_id} if has_account(model) else {}
        for row in rows.queryset.filter(**here) if texts and model._meta.app_label != "audit" else ():
            values = {each.name: f"{MARK}{row.pk}{each.name}"[: each.max_length] for each in texts}
            planted += model._base_manager.filter(pk=row.pk, **here).update(**values)
    return planted


def goes(answer):
    column = answer.model._meta.get_field(answer.field)
    wanted = answer.erase in (Erasure.DELETE_ROW, Erasure.CLEAR) and answer.is_personal
    usual = isinstance(column, TEXTS) and not column.choices and answer.category is not Category.LINK
    return wanted and usual and answer.model is not User and not isinstance(column, models.EmailField)


@pytest.fixture
def xavier(acme, bob, globex, committed, inside, recorder):
    """Bob of Acme, who works for Globex, too, with a row in every table that may be about a member of Acme."""
    User.objects.filter(pk=bob.pk).update(first_name="Xavierbob", last_name="Underhillreyes", phone=f"{MARK} phone")
    cast.joins(globex, bob, Membership.Role.MEMBER)
    member = Membership.objects.select_related("user", "account").get(account=acme, user=bob)
    rows = RowMaker(word="Plain")
    rows.rows["accounts_membership", acme.pk] = Membership.objects.filter(pk=member.pk, account=acme).values().get()
    rows.rows["accounts_user", None] = rows.rows["accounts_user", acme.pk] = {"id": bob.pk}
    about = {entry.model._meta.db_table for entry in datamap.entries_for(Subject.MEMBER)}
    with recorder.looking_away(), inside(acme):
        for table in reversed(tables.in_order()):
            if table.name in about and not table.name.startswith(("audit", "support")):
                rows.row(table.name, acme.pk)
        assert plant(member) > 8
        for model in (RunningTimer, TimeEntry):
            model.objects.update(time_zone="UTC")
        boss = Membership.objects.get(account=acme, user__email="alice@acme.example")
        company = Company.objects.create(name="Tidewater", note="Xavierbob Underhillreyes knows")
        Note.objects.create(company=company, author=boss, text="Ask bob@acme.example")
        audit.record("company.changed", company, data={"changes": {"owner": ["", str(member)]}})
        mail.write("closing_undone", "alice@acme.example", account=acme, firm="Xavierbob Underhillreyes", by="x")
    for model in (Consent, EmailAddress):
        rows.make(model._meta.db_table, None)
    SecurityEvent.objects.create(user=bob, kind="signed_in", browser=MARK)
    mail.sweep()
    return User.objects.get(pk=bob.pk)


@promise(111, 127, 132, 149)
def test_of_a_member_the_hours_stay_and_nothing_says_whose(xavier, acme, inside, state_of, globex, worker_database):
    with inside(acme):
        member = Membership.objects.select_related("user", "account").get(account=acme, user=xavier)
        with pytest.raises(persons.Refused, match="Deactivate them first"):
            persons.erase(member, asked_by=None, reason="asked")
        members.leave(member, to=None)
        minutes = list(TimeEntry.objects.filter(person=member).values_list("minutes", flat=True))
        seen = persons.preview(member)
        kept = [line for line in seen.of("kept") if line.table == "timetracking_timeentry"]
        assert kept and kept[0].reason.startswith("1 ") and kept[0].why and kept[0].review_on
    others = state_of(globex)
    with inside(acme):
        erasure = persons.erase(member, asked_by=None, reason="asked")
        stays = Membership.objects.select_related("user").get(pk=member.pk, account=acme)
        assert str(stays).startswith("Former member") and stays.user_id != xavier.pk
        assert list(TimeEntry.objects.filter(person=stays).values_list("minutes", "note")) == [
            (each, "") for each in minutes
        ]
    assert {each["table"]: each["rows"] for each in erasure.lines if each["fate"] == "deleted"} == {
        line.table: line.rows for line in seen.of("deleted")
    }
    assert state_of(globex) == others and audit.verify(acme.pk).findings == []
    assert persons.certify(erasure).is_done
    text = dump(worker_database)
    assert "Zyxcanary phone" in text, "the sign-in is the person's own, and stays"
    User.objects.filter(pk=xavier.pk).update(first_name="a", last_name="b", phone="", email="c@d.example")
    SecurityEvent.objects.filter(user=xavier).update(browser="")
    EmailAddress.objects.filter(user=xavier).delete()
    text = dump(worker_database)
    assert [word for word in WORDS if word.lower() in text.lower()] == []


@promise(64, 111, 127, 149)
def test_of_somebody_who_signs_in_nothing_is_left_in_any_account(
    xavier, acme, globex, alice, inside, worker_database, outside
):
    assert any("only owner of Acme" in words for words in persons.preview(alice).hindrances)
    seen = persons.preview(xavier)
    assert seen.may_go and Membership.objects.filter(user=xavier, removed_at=None).count() == 2, "it changed nothing"
    erasure = persons.erase(xavier, asked_by=None, reason="child")
    assert not User.objects.get(pk=xavier.pk).is_active, "signed out at once"
    persons.finish(erasure)
    erasure.refresh_from_db()
    assert erasure.is_done
    told = {" ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in erasure.lines}
    assert told == seen.counts()
    text = dump(worker_database)
    assert [word for word in WORDS if word.lower() in text.lower()] == []
    assert [path for path in outside.rglob("*.eml") if b"Xavierbob" in path.read_bytes()] == []
    assert Consent.objects.filter(user=xavier.pk).exists(), "a proof that names nobody"
    # The address is free, and whoever comes with it gets nothing of the old.
    anew = cast.person("bob@acme.example")
    assert anew.pk != xavier.pk and not Membership.objects.filter(user=anew).exists()
    assert not OutgoingMail.objects.filter(to="bob@acme.example").exists()
    assert persons.finish(PersonErasure.objects.get()).is_done, "a second time changes nothing"
    assert [line.kind for line in ledger.lines()] == ["user"]


def test_a_letter_that_is_on_its_way_to_them_goes_first(bob, acme):
    """It may be the one that says that they are erased."""
    letter = OutgoingMail.objects.create(to=bob.email, kind="rights_decided", subject="Done", text="You are erased.")
    erasure = persons.erase(bob, asked_by=None, reason="asked")
    tasks.erase_user(public_id=str(erasure.public_id))
    assert OutgoingMail.objects.filter(pk=letter.pk, text="You are erased.").exists()
    assert User.objects.get(pk=bob.pk).email == bob.email
    OutgoingMail.objects.filter(pk=letter.pk).update(state=OutgoingMail.State.SENT)
    tasks.finish_persons()
    assert PersonErasure.objects.get().is_done
    assert not OutgoingMail.objects.filter(to=bob.email).exists()


@promise(131)
def test_nothing_is_handed_out_and_nobody_erased_by_a_browser_left_open(client, acme, bob):
    client.force_login(bob)
    forget_proof(client)
    taken = client.post("/a/acme/admin/my-data/copy/")
    assert taken["Location"].startswith("/reauthenticate/?next=")
    asked = client.post("/erase-me/", {"reason": "asked", "name": str(bob), "seen": ""})
    assert asked["Location"].startswith("/reauthenticate/?next=")
    assert not PersonErasure.objects.exists()


@promise(149)
def test_a_backup_that_was_put_back_brings_nobody_back(acme, bob, alice, inside, committed):
    """A restored database is one that does not know of the ledger's lines, and has the people."""
    with inside(acme):
        contact = Contact.objects.create(first_name="Zanna", last_name="Quillfeather")
    for kind, person in (("contact", contact), ("user", bob)):
        ledger.write(ledger.announce(kind, person.public_id))
    LedgerLine.objects.all().delete()
    assert replay.what_is_in_the_way()
    said = list(replay.replay())
    assert [words.split(" again")[0] for words in said] == ["Erased a contact", "Erased a user"]
    assert replay.what_is_in_the_way() == []
    with inside(acme):
        assert not Contact.objects.exists()
    assert User.objects.get(pk=bob.pk).first_name == "Former" and User.objects.get(pk=alice.pk).first_name == "Alice"
    assert list(replay.replay()) == [] and all(each.is_done for each in PersonErasure.objects.all())


def test_one_erases_oneself_and_is_signed_out(client, acme, bob, alice):
    assert client.get("/erase-me/").status_code == 302
    client.force_login(alice)
    assert b"only owner of Acme" in client.get("/erase-me/").content
    client.force_login(bob)
    page = client.get("/erase-me/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert "Acme keeps the hours" in page
    done = client.post("/erase-me/", {"reason": "asked", "name": str(bob), "seen": seen})
    erasure = PersonErasure.objects.get()
    assert done["Location"] == f"/certificates/of/{erasure.public_id}/" and "_auth_user_id" not in client.session
    assert b"being erased" in client.get(done["Location"]).content
    assert not User.objects.get(pk=bob.pk).is_active


def test_who_was_erased_is_neither_let_in_again_nor_erased_once_more(client, acme, bob, alice, inside, committed):
    with inside(acme):
        member = Membership.objects.select_related("user", "account").get(account=acme, user=bob)
        members.leave(member, to=None)
    client.force_login(alice)
    place = f"/a/acme/admin/people/{member.public_id}/"
    page = client.get(place).content.decode()
    offered = ("Let in again", f"{place}erase/", "bob@acme.example", "may do")
    assert [words for words in offered if words not in page] == []
    with inside(acme):
        persons.erase(member, asked_by=None, reason="asked")
    page = client.get(place).content.decode()
    assert "Former member" in page and "Erased" in page
    assert "Let in again" not in page and f"{place}erase/" not in page and "may do" not in page
    assert "erased.invalid" not in page
    assert "erased.invalid" not in client.get("/a/acme/admin/people/?status=deactivated").content.decode()
    assert '<a class="btn btn-text" href="/a/acme/admin/people/">Back to the list</a>' in page
    assert b"was erased: nobody is there" in client.post(f"{place}reactivate/", follow=True).content
    rights = {"role": "reader", "manager": "", "version": Membership.objects.get(pk=member.pk).version}
    assert b"was erased: nobody is there" in client.post(place, rights).content
    again = client.get(f"{place}erase/").content.decode()
    assert subjects.ERASED in again and 'name="seen"' not in again
    assert "Kept, for a coded reason" not in again and "Also good to know" not in again, "nothing below that sentence"
    assert '<a class="btn btn-quiet" href="/a/acme/admin/people/">Back</a>' in again
    with inside(acme), pytest.raises(persons.Refused, match="erased already"):
        persons.erase(Membership.objects.select_related("user").get(pk=member.pk), asked_by=None, reason="asked")
    assert PersonErasure.objects.count() == 1
    found = client.get("/a/acme/admin/people/?status=deactivated&q=erased.invalid").content.decode()
    assert "Former member" not in found
    with inside(acme):
        assert not Membership.objects.get(pk=member.pk, account=acme).is_active


def test_who_still_works_here_is_deactivated_first_and_the_page_leads_there(client, acme, alice, bob):
    client.force_login(alice)
    place = f"/a/acme/admin/people/{Membership.objects.get(account=acme, user=bob).public_id}"
    page = client.get(f"{place}/erase/").content.decode()
    assert "Deactivate them first" in page and f'href="{place}/deactivate/"' in page
    assert "Erase for good" not in page and client.get(f"{place}/deactivate/").status_code == 200
