"""People and roles: who is on the list, who may look, and what changing a role does at the next click."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership, User
from accounts.models.members import ADDRESS
from accounts.models.users import NOBODYS
from accounts.people import invitations, members, owners
from accounts.people.errors import LastOwner
from audit.models import Event, Payload
from demo import cast
from tenancy.context import Actor, activate
from tests.promises import promise
from tests.statements import assert_same_statements

LIST = "/a/acme/admin/people/"


@pytest.fixture
def of(acme):
    """The membership of a user in Acme, as it is stored now."""
    return lambda user: Membership.objects.select_related("account", "user").get(account=acme, user=user)


@pytest.fixture
def made(acme, of):
    """``made(bob, "admin")``: give somebody another role."""

    def make(user, role, **more):
        Membership.objects.filter(account=acme, user=user).update(role=role, **more)
        return of(user)

    return make


@pytest.fixture
def ask(client, of):
    """Post a member's rights as a browser sends them."""

    def send(user, *, by, expect=302, **changed):
        member = of(user)
        data = {"role": member.role, "version": member.version, **changed}
        client.force_login(by)
        response = client.post(f"{LIST}{member.public_id}/", {k: v for k, v in data.items() if v})
        assert response.status_code == expect
        return response.content.decode()

    return send


def log_of(acme, kind):
    with activate(acme, actor=cast.SYSTEM):
        return [Payload.objects.get(event_id=event.pk).data for event in Event.objects.filter(kind=kind)]


# --- the list ------------------------------------------------------------------------------------


def test_everybody_is_on_the_list(client, alice, bob, carol):
    client.force_login(alice)
    page = client.get(LIST).content.decode()
    for words in ("Alice Novak", "alice@acme.example", "Owner", "Bob Reyes", "Member", "Carol Lindqvist", "Reader"):
        assert words in page
    assert 'aria-current="page">People and roles' in page


def test_status_role_and_words_narrow_it(client, alice, bob, carol, made, of):
    made(carol, "reader", removed_at=timezone.now())
    client.force_login(alice)
    assert "Carol" not in client.get(LIST).content.decode()
    gone = client.get(f"{LIST}?status=deactivated").content.decode()
    assert "Carol" in gone and "Bob Reyes" not in gone
    for query in ("?q=reyes", "?q=BOB+acme", "?role=member"):
        page = client.get(LIST + query).content.decode()
        assert "Bob Reyes" in page and f"people/{of(alice).public_id}/" not in page
    assert "No people match" in client.get(f"{LIST}?q=nobody+of+this+name").content.decode()
    assert "Nobody is invited" in client.get(f"{LIST}?status=invited").content.decode()


def test_an_address_is_the_same_in_statements_and_on_pages(client, acme, alice, bob):
    """Of who signs in, of whom an archive names, and of nobody."""
    kept = invitations.keep_a_place(acme, "zoe@holm.example", first_name="Zoe")
    User.objects.filter(pk=bob.pk).update(email=f"ab12@{NOBODYS}")
    members = Membership.objects.filter(account=acme).select_related("user").annotate(told=ADDRESS)
    assert {member.told for member in members} == {"alice@acme.example", "zoe@holm.example", ""}
    assert [member.told for member in members] == [member.address for member in members]
    client.force_login(alice)
    found = client.get(f"{LIST}?status=deactivated&q=zoe@holm").content.decode()
    assert f"people/{kept.public_id}/" in found
    assert (
        f"people/{kept.public_id}/" not in client.get(f"{LIST}?status=deactivated&q=archive.invalid").content.decode()
    )


def test_htmx_gets_the_rows_and_the_counts(client, alice, bob):
    client.force_login(alice)
    part = client.get(f"{LIST}?q=bob", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="tabs" hx-swap-oob="true"' in part


def test_it_goes_on_from_page_to_page(client, acme, alice):
    for number in range(60):
        user = User.objects.create_user(f"p{number}@x.example", first_name=f"P{number:02}", last_name="X")
        cast.joins(acme, user, "member")
    client.force_login(alice)
    seen, url = set(), LIST
    for _ in range(2):
        page = client.get(url)
        rows = page.context["list"].page
        seen |= {member.pk for member in rows.rows}
        url = page.context["next_url"] and LIST + page.context["next_url"]
    assert len(seen) == 61
    assert url == ""


def test_it_asks_no_more_for_more_people(client, acme, alice, bob):
    def more():
        for number in range(10):
            cast.joins(acme, User.objects.create_user(f"p{number}@x.example", first_name="P"), "member")

    client.force_login(alice)
    assert_same_statements(client, LIST, more)


def test_a_manager_reads_it_and_changes_nothing(client, bob, carol, made, of):
    made(bob, "manager")
    client.force_login(bob)
    page = client.get(LIST).content.decode()
    assert "Carol Lindqvist" in page
    assert "Invite people" not in page
    assert str(of(carol).public_id) not in page
    assert client.get(f"{LIST}{of(carol).public_id}/").status_code == 403


@pytest.mark.parametrize("role", ["member", "billing", "reader"])
def test_others_have_no_such_page(client, bob, made, role):
    made(bob, role)
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert "People and roles" not in client.get("/a/acme/admin/").content.decode()


def test_mallory_finds_nothing(client, mallory, globex, bob, of):
    client.force_login(mallory)
    for path in (LIST, f"{LIST}{of(bob).public_id}/", f"{LIST}invite/"):
        assert client.get(path).status_code == 404
        assert client.get(path.replace("acme", "globex")).status_code == (404 if "-" in path else 200)
    assert "Bob" not in client.get(LIST.replace("acme", "globex")).content.decode()


def test_when_somebody_was_here_last_is_kept_to_the_hour(client, alice, bob, of):
    client.force_login(bob)
    client.get("/a/acme/")
    first = of(bob).last_seen_at
    assert first is not None
    client.get("/a/acme/")
    assert of(bob).last_seen_at == first


# --- roles and switches ---------------------------------------------------------------------------


@promise(23, 80)
def test_a_role_holds_from_the_next_click(acme, alice, bob, ask):
    browser = Client()
    browser.force_login(bob)
    assert browser.get("/a/acme/admin/account/").status_code == 403
    ask(bob, by=alice, role="admin")
    assert browser.get("/a/acme/admin/account/").status_code == 200
    ask(bob, by=alice, role="reader")
    assert browser.get("/a/acme/admin/account/").status_code == 403
    assert browser.post("/a/acme/contacts/new/", {"first_name": "Maren"}).status_code == 403
    assert [data["changes"] for data in log_of(acme, "member.role_changed")] == [
        {"role": ["Member", "Admin"]},
        {"role": ["Admin", "Reader"]},
    ]


def test_switches_are_kept_and_told(acme, alice, bob, ask, of):
    ask(bob, by=alice, sees_only_own_records="on", is_privacy_approver="on")
    assert (of(bob).sees_only_own_records, of(bob).is_privacy_approver, of(bob).version) == (True, True, 2)
    (told,) = log_of(acme, "member.rights_changed")
    assert told["changes"] == {"is_privacy_approver": ["no", "yes"], "sees_only_own_records": ["no", "yes"]}


def test_an_admin_names_no_privacy_approver(alice, bob, carol, ask, made, of):
    made(bob, "admin")
    page = ask(carol, by=bob, is_privacy_approver="on", sees_only_own_records="on")
    assert not of(carol).is_privacy_approver
    assert of(carol).sees_only_own_records
    assert "Privacy approver" not in page


def test_an_admin_sees_every_record(alice, bob, ask, of):
    page = ask(bob, by=alice, role="admin", sees_only_own_records="on", expect=422)
    assert "Owners and admins see every record." in page
    assert of(bob).role == "member"


def test_nothing_changed_is_said_and_not_logged(acme, alice, bob, ask, of):
    ask(bob, by=alice)
    assert of(bob).version == 1
    assert log_of(acme, "member.role_changed") == []


def test_two_admins_at_once_see_both_values(alice, bob, ask, of):
    stale = of(bob).version
    ask(bob, by=alice, role="manager")
    page = ask(bob, by=alice, role="reader", version=stale, expect=409)
    assert "Somebody else saved this record while you were editing" in page
    assert "Manager" in page and "Reader" in page
    assert of(bob).role == "manager"


@pytest.mark.parametrize("role", ["owner", "nobody", ""])
def test_nobody_becomes_an_owner_by_choosing_it(alice, bob, ask, of, role):
    ask(bob, by=alice, role=role or " ", expect=422)
    assert of(bob).role == "member"


def test_an_admin_touches_no_owner(client, alice, bob, made, of):
    made(bob, "admin")
    owner = of(alice)
    client.force_login(bob)
    for path, data in (("", {"role": "reader", "version": 1}), ("deactivate/", {}), ("ownership/", {})):
        assert client.get(f"{LIST}{owner.public_id}/{path}").status_code == 403
        assert client.post(f"{LIST}{owner.public_id}/{path}", data).status_code == 403
    made(alice, "owner", removed_at=timezone.now())
    assert client.post(f"{LIST}{owner.public_id}/reactivate/").status_code == 403
    made(alice, "owner", removed_at=None)
    assert of(alice).version == 1


def test_an_action_refuses_what_its_form_would(alice, bob, made, of, in_acme):
    made(bob, "admin")
    member = of(alice)
    member.role = "reader"
    with pytest.raises(members.PermissionDenied):
        members.change(member, expected=1, by=of(bob))
    member = of(bob)
    member.role = "owner"
    with pytest.raises(members.PermissionDenied):
        members.change(member, expected=1, by=of(alice))


def test_in_a_read_only_account_rights_can_still_be_taken_away(client, read_only, alice, bob, ask, of):
    ask(bob, by=alice, role="reader")
    assert of(bob).role == "reader"
    assert client.post(f"{LIST}{of(bob).public_id}/reactivate/").status_code == 402


# --- the last owner -------------------------------------------------------------------------------


def test_the_last_owner_stays_one(client, acme, alice, bob, ask, of, inside):
    assert "Somebody must own the account." in ask(alice, by=alice, role="admin", expect=422)
    assert "Somebody must own the account." in client.post(f"{LIST}leave/").content.decode()
    with inside(acme), pytest.raises(LastOwner):
        members.leave(of(alice), to=None)
    with pytest.raises(TypeError, match="never deleted"):
        of(alice).delete()
    assert (of(alice).role, of(alice).is_active) == ("owner", True)


def test_an_owner_who_can_not_sign_in_does_not_count(client, alice, bob, ask, made, of):
    made(bob, "owner")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    ask(alice, by=alice, role="admin", expect=422)
    User.objects.filter(pk=bob.pk).update(is_active=True)
    ask(alice, by=alice, role="admin")
    assert of(alice).role == "admin"


def test_two_owners_who_demote_each_other_at_once_leave_one(committed, acme, alice, bob, made, of):
    made(bob, "owner")
    meet, outcomes = threading.Barrier(2), []

    def demote(by, other):
        try:
            target, owner = of(other), of(by)
            target.role = "member"
            meet.wait(10)
            with activate(acme, actor=Actor("member", owner.pk, str(owner))):
                members.change(target, expected=target.version, by=owner)
            outcomes.append("done")
        except LastOwner:
            outcomes.append("last")
        finally:
            connections.close_all()

    both = [threading.Thread(target=demote, args=pair) for pair in ((alice, bob), (bob, alice))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert sorted(outcomes) == ["done", "last"]
    assert Membership.objects.filter(account=acme, role="owner").count() == 1


def test_two_owners_who_leave_at_once_leave_one(committed, acme, alice, bob, made, of):
    made(bob, "owner")
    meet, outcomes = threading.Barrier(2), []

    def leave(user):
        try:
            member = of(user)
            meet.wait(10)
            with activate(acme, actor=Actor("member", member.pk, str(member))):
                members.leave(member, to=None)
            outcomes.append("done")
        except LastOwner:
            outcomes.append("last")
        finally:
            connections.close_all()

    both = [threading.Thread(target=leave, args=(user,)) for user in (alice, bob)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert sorted(outcomes) == ["done", "last"]


def test_a_user_who_owns_an_account_is_not_deleted(alice, acme):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        alice.delete()


# --- several accounts -----------------------------------------------------------------------------


@promise(22)
def test_one_person_in_two_accounts_comes_back_where_they_were(client, acme, globex, bob):
    cast.joins(globex, bob, "reader")
    client.force_login(bob)
    assert "Choose an account" in client.get("/enter/").content.decode()
    assert "Globex" in client.get("/a/acme/").content.decode()  # in the switcher
    assert client.get("/enter/").url == "/a/acme/"
    assert client.get("/a/globex/").status_code == 200
    assert client.get("/enter/").url == "/a/globex/"
    client.logout()
    client.force_login(bob)
    assert client.get("/enter/").url == "/a/globex/"
    client.get("/a/acme/")
    assert client.get("/enter/").url == "/a/acme/"
    Membership.objects.filter(account=acme, user=bob).update(removed_at=timezone.now())
    assert client.get("/enter/").url == "/a/globex/"
    assert "Acme" not in client.get("/a/globex/").content.decode()


def test_a_role_is_of_one_account(client, acme, globex, mallory, bob):
    cast.joins(globex, bob, "owner")
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert client.get(LIST.replace("acme", "globex")).status_code == 200


def test_the_owners_of_one_account_do_not_keep_another_owned(acme, globex, bob, alice, made, of, in_acme):
    assert owners.keep_an_owner(of(bob)) is None
    with pytest.raises(LastOwner):
        owners.keep_an_owner(of(alice))
    assert Account.objects.filter(slug="acme").exists()


def test_the_manager_is_somebody_who_may_approve(client, alice, bob, carol, made, of):
    made(carol, "reader")
    client.force_login(alice)
    url = f"{LIST}{of(bob).public_id}/"
    page = client.get(url).content.decode()
    offered = page[page.index('name="manager"') :]
    offered = offered[: offered.index("</select>")]
    assert "Nobody: owners and admins approve" in offered
    assert "Alice" in offered and "Carol" not in offered
    Membership.objects.filter(pk=of(bob).pk).update(manager=of(carol))
    assert "Carol" in client.get(url).content.decode()  # whoever it is now can be kept
