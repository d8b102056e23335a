"""Notes on records: written, changed, taken away and put back; colleagues called by an @."""

import pytest

from accounts.models import BellNotice, Membership, User
from crm.models import Mention, Note
from crm.timeline import mentions
from tests.statements import assert_same_statements


@pytest.fixture
def at(maren):
    return f"/a/acme/contacts/{maren.public_id}/"


@pytest.fixture
def new(maren):
    return f"/a/acme/notes/new/?contact={maren.public_id}"


@pytest.fixture
def write(client, new, acme, inside):
    def send(text, status=302):
        response = client.post(new, {"text": text})
        assert response.status_code == status, response.content.decode()
        with inside(acme):
            return Note.objects.order_by("-id").first()

    return send


def words(client, url):
    return " ".join(client.get(url).content.decode().split())


def test_a_note_stands_in_the_timeline_of_the_contact_and_of_the_company(client, bob, at, write, tidewater):
    client.force_login(bob)
    note = write("Wants the loan archive first.\n<script>alert(1)</script> \u05e9\u05dc\u05d5\u05dd \U0001f6a2")
    for url in (at, f"/a/acme/companies/{tidewater.public_id}/", f"/a/acme/notes/{note.public_id}/"):
        page = words(client, url)
        assert "Wants the loan archive first.<br>" in page and "&lt;script&gt;" in page
        assert "\u05e9\u05dc\u05d5\u05dd \U0001f6a2" in page
    assert "Maren Holt" in words(client, f"/a/acme/companies/{tidewater.public_id}/?show=note")


def test_an_empty_one_says_so_and_a_reader_may_not_write(client, bob, carol, new, at, write):
    client.force_login(bob)
    assert "Fill this in" in client.post(new, {"text": "  "}).content.decode()
    write("Seen by readers.")
    client.force_login(carol)
    page = words(client, at)
    assert "Seen by readers." in page and "Save note" not in page and "/edit/" not in page
    assert client.post(new, {"text": "x"}).status_code == 403


def test_a_note_is_changed_by_its_author_or_a_manager_and_nobody_overwrites(client, alice, bob, acme, inside, write):
    client.force_login(bob)
    note = write("First")
    url = f"/a/acme/notes/{note.public_id}/edit/"
    assert client.post(url, {"text": "Second", "version": 1}).status_code == 302
    stale = client.post(url, {"text": "Third", "version": 1})
    assert stale.status_code == 409 and "Second" in stale.content.decode() and "Third" in stale.content.decode()
    dora = User.objects.create_user("dora@acme.example", first_name="Dora")
    Membership.objects.create(account=acme, user=dora, role="member")
    client.force_login(dora)
    for path in ("edit/", "delete/"):
        assert client.post(f"/a/acme/notes/{note.public_id}/{path}", {"text": "x", "version": 2}).status_code == 404
    client.force_login(alice)
    assert client.post(url, {"text": "By Alice", "version": 2}).status_code == 302
    with inside(acme):
        assert Note.objects.get().text == "By Alice"


def test_a_deleted_note_comes_back_with_its_undo(client, bob, at, write):
    client.force_login(bob)
    note = write("Gone soon")
    page = client.post(f"/a/acme/notes/{note.public_id}/delete/", follow=True).content.decode()
    undo = f"/a/acme/notes/{note.public_id}/restore/"
    assert undo in page and "Gone soon" not in page
    assert client.get(f"/a/acme/notes/{note.public_id}/").status_code == 404
    client.post(undo)
    assert "Gone soon" in words(client, at)


def test_pinned_notes_stand_above_and_nowhere_twice(client, bob, at, write, acme, inside):
    client.force_login(bob)
    note = write("Pay within 14 days")
    client.post(f"/a/acme/notes/{note.public_id}/pin/", {"pin": "1"})
    write("Newer")
    page = words(client, at)
    assert page.count("Pay within 14 days") == 1 and page.index("Pay within") < page.index("Newer")
    for number in range(10):
        other = write(f"n{number}")
        client.post(f"/a/acme/notes/{other.public_id}/pin/", {"pin": "1"})
    with inside(acme):
        assert Note.objects.filter(pinned_at__isnull=False).count() == 10
    client.post(f"/a/acme/notes/{note.public_id}/pin/", {})
    assert words(client, at).index("Newer") < words(client, at).index("Pay within")


def test_a_colleague_is_called_by_name_kept_by_key_and_told_once(client, alice, bob, acme, inside, at, write):
    client.force_login(bob)
    note = write("Ask @alice novak, she knows; mail x@alice.example; @nobody")
    with inside(acme):
        (mention,) = Mention.objects.all()
        assert f"@[{mention.member.public_id}]" in note.text and "novak" not in note.text.casefold()
        assert BellNotice.objects.get().member == mention.member
    User.objects.filter(pk=alice.pk).update(last_name="Nowak")
    page = words(client, at)
    assert '<b class="at">@Alice Nowak</b>, she knows; mail x@alice.example; @nobody' in page
    edit = f"/a/acme/notes/{note.public_id}/edit/"
    assert "Ask @Alice Nowak, she knows" in client.get(edit).content.decode()
    client.post(edit, {"text": "Ask @Alice, and @carol@acme.example", "version": 1})
    with inside(acme):
        assert BellNotice.objects.count() == 1  # Carol is nobody here, and Alice knows already
    client.force_login(alice)
    assert "mentioned you in a note on Maren Holt" in words(client, "/a/acme/notices/")


def test_who_changes_a_colleagues_note_is_who_calls(client, alice, bob, acme, inside, write):
    client.force_login(bob)
    note = write("Ask somebody")
    client.force_login(alice)
    client.post(f"/a/acme/notes/{note.public_id}/edit/", {"text": "Ask @Alice and @Bob", "version": 1})
    with inside(acme):
        assert [(each.by.user, each.member.user) for each in BellNotice.objects.all()] == [(alice, bob)]


def test_who_may_not_see_the_record_is_not_called(client, alice, bob, maren, acme, inside, write):
    dora = User.objects.create_user("dora@acme.example", first_name="Dora", last_name="Lund")
    Membership.objects.create(account=acme, user=dora, role="member", sees_only_own_records=True)
    client.force_login(bob)
    page = client.post(f"/a/acme/notes/new/?contact={maren.public_id}", {"text": "@Dora look"})
    assert page.status_code == 422 and "Dora Lund may not see this contact" in page.content.decode()
    people = words(client, f"/a/acme/notes/people/?contact={maren.public_id}")
    assert "Alice Novak" in people and "Dora" not in people
    with inside(acme):
        assert not Note.objects.exists()


def test_two_of_one_name_are_told_apart_by_address(acme, alice, bob):
    other = User.objects.create_user("alice2@acme.example", first_name="Alice", last_name="Novak")
    Membership.objects.create(account=acme, user=other, role="member")
    people = mentions.people_of(acme.pk)
    with pytest.raises(mentions.Unclear, match="2 colleagues are called"):
        mentions.kept("@Alice Novak", people)
    text, (called,) = mentions.kept("@alice2@acme.example!", people)
    assert called.user == other and text == f"@[{called.public_id}]!"


def test_only_own_sees_notes_on_own_records_alone(client, bob, alice, acme, inside, only_own, maren, edith, tidewater):
    with inside(acme):
        author = Membership.objects.get(account=acme, user=alice)
        edith.company = tidewater
        edith.save()
        Note.objects.create(contact=edith, author=author, text="Zebra secret")
        Note.objects.create(contact=maren, author=author, text="Zebra for Bob")
    client.force_login(bob)
    page = words(client, f"/a/acme/companies/{tidewater.public_id}/")
    assert "Zebra for Bob" in page and "Zebra secret" not in page and "Edith" not in page
    with inside(acme):
        secret = Note.objects.get(text="Zebra secret")
        assert set(Note.objects.visible_to(only_own)) == {Note.objects.get(text="Zebra for Bob")}
    assert client.get(f"/a/acme/notes/{secret.public_id}/").status_code == 404


def test_mallory_finds_no_note(client, mallory, globex, bob, write, at):
    client.force_login(bob)
    note = write("Ours")
    client.force_login(mallory)
    for slug in ("acme", "globex"):
        assert client.get(f"/a/{slug}/notes/{note.public_id}/").status_code == 404


def test_a_note_is_found_by_its_words(client, bob, write):
    client.force_login(bob)
    write("The harbour entrance is missing, ask @Alice Novak")
    found = words(client, "/a/acme/search/?q=harbour")
    assert "harbour entrance is missing, ask @Alice Novak" in found


def test_more_notes_cost_no_more_statements(client, bob, at, write):
    client.force_login(bob)

    def more():
        for number in range(5):
            write(f"@alice {number}")

    more()
    assert_same_statements(client, at, more)
