"""Views of lists: kept, shared, opened with, and never more than their reader may see."""

import re
from urllib.parse import parse_qs

import pytest
from django.test import Client

from accounts.handover import hand_over
from audit.models import Event
from crm.actions import set_tags
from crm.models import ListChoice, SavedView
from tests.crm.test_contacts import names

URL = "/a/acme/contacts/"
LISTS = "/a/acme/lists/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def retainers(acme, alice, inside, member_of, maren, edith):
    """Alice shared a view of whoever has a retainer; Edith (hers) and Maren (Bob's) have one."""
    with inside(acme):
        for person in (maren, edith):
            set_tags(person, ["retainer"])
    words = {"list": "contacts", "asked": "?tag=retainer&sort=-name&columns=city,owner&page=x", "name": "Retainers"}
    response = browser(alice).post(f"{LISTS}views/new/", {**words, "is_shared": "on", "is_pinned": "on"})
    with inside(acme):
        view = SavedView.objects.get()
    assert words_of(response.url) == words_of(address(view))
    return view


def words_of(url):
    return parse_qs(url.partition("?")[2])


def address(view):
    return f"{URL}?sort=-name&tag=retainer&columns=city%2Cowner&view={view.public_id}"


def test_a_view_holds_filters_columns_and_order(bob, retainers, acme, inside):
    response = browser(bob).get(address(retainers))
    assert names(response) == ["Edith Pell", "Maren Holt"]
    text = response.content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', text)
    assert [head.strip() for head in heads] == ["Name", "City", "Owner"]
    assert re.search(r'aria-current="page">Retainers', text)
    with inside(acme):
        assert retainers.asked == {"tag": "retainer", "sort": "-name"}
        assert Event.objects.filter(kind="view.created", record_id=retainers.public_id).exists()


def test_a_shared_view_shows_each_only_what_they_may_see(bob, only_own, retainers):
    assert names(browser(bob).get(address(retainers))) == ["Maren Holt"]


def test_only_who_made_it_or_may_share_changes_a_view(alice, bob, retainers, acme, inside, member_of):
    colleague = browser(bob)
    for verb in ("", "keep/", "delete/"):
        assert colleague.post(f"{LISTS}views/{retainers.public_id}/{verb}", {"name": "Mine"}).status_code == 404
    with inside(acme):
        private = SavedView.objects.create(kind="contacts", name="Secret wishes", owner=member_of(bob))
    assert browser(alice).get(f"{LISTS}views/{private.public_id}/").status_code == 404
    assert "Secret wishes" not in browser(alice).get(URL).content.decode()
    colleague.post(f"{LISTS}views/{private.public_id}/", {"name": "Now yours", "is_shared": "on", "version": "1"})
    with inside(acme):
        private.refresh_from_db()
        assert (private.name, private.is_shared) == ("Now yours", False)


def test_what_was_changed_is_saved_into_it_or_left(alice, retainers, acme, inside):
    client = browser(alice)
    changed = address(retainers).replace("sort=-name", "sort=changed")
    assert "Save changes" in client.get(changed).content.decode()
    assert "Save changes" not in client.get(address(retainers)).content.decode()
    client.post(f"{LISTS}views/{retainers.public_id}/keep/", {"asked": changed.partition("?")[2]})
    with inside(acme):
        retainers.refresh_from_db()
        assert retainers.asked == {"tag": "retainer", "sort": "changed"}
        assert retainers.version == 2


def test_a_list_opens_with_a_view_until_it_is_removed(bob, alice, retainers, acme, inside):
    client = browser(bob)
    client.post(f"{LISTS}opens-with/", {"list": "contacts", "view": str(retainers.public_id)})
    assert words_of(client.get(URL).url) == words_of(address(retainers))
    assert client.post(f"{LISTS}opens-with/", {"list": "contacts", "view": "nonsense"}).status_code == 404
    assert client.get(f"{URL}?view=all").status_code == 200
    browser(alice).post(f"{LISTS}views/{retainers.public_id}/delete/")
    assert client.get(URL).status_code == 200
    with inside(acme):
        assert not SavedView.objects.exists()
        assert ListChoice.objects.get().opens_with is None


def test_columns_are_kept_in_their_order_for_one_member(bob, alice, maren, acme, inside):
    client, order = browser(bob), ["email", "city", "phone", "nonsense"]
    words = {"list": "contacts", "asked": "?q=maren", "order": order, "column": order}
    assert client.post(f"{LISTS}columns/", words).url == f"{URL}?q=maren"
    assert client.post(f"{LISTS}columns/", {**words, "up": "phone"}).url == f"{URL}?q=maren&panel=columns"
    text = client.get(URL).content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', text)
    assert [head.strip() for head in heads] == ["Name", "E-mail", "Phone", "City"]
    assert "Tags" in browser(alice).get(URL).content.decode()
    client.post(f"{LISTS}columns/", {**words, "usual": "1"})
    with inside(acme):
        assert ListChoice.objects.get().columns == []


def test_who_leaves_hands_shared_views_over_and_takes_private_ones_along(
    alice, bob, retainers, acme, inside, member_of
):
    with inside(acme):
        SavedView.objects.create(kind="contacts", name="Private", owner=member_of(alice))
        hand_over(member_of(alice), member_of(bob))
        assert [(view.name, view.owner) for view in SavedView.objects.all()] == [("Retainers", member_of(bob))]


def test_mallory_finds_no_view(mallory, retainers):
    assert browser(mallory).get(f"/a/globex/lists/views/{retainers.public_id}/").status_code == 404
