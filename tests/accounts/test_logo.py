"""The firm's logo: chosen with the rest of its record, drawn anew, shown to its members and its guests."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts import logos
from accounts.models import Account, StoredFile
from accounts.people import invitations
from accounts.people.pasted import Person
from audit.models import Event
from tests.house.samples import picture
from tests.promises import promise

EDIT = "/a/acme/admin/account/edit/"
FIELDS = (
    "name", "street", "postal_code", "city", "region", "country",
    "time_zone", "currency", "first_weekday", "plain_number_unit",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("_rows", "files_folder")


@pytest.fixture
def send(client, alice, acme):
    """``send(logo=b"…")``: the form as Alice sends it."""
    client.force_login(alice)

    def post(logo=None, name="logo.png", **changes):
        acme.refresh_from_db()
        held = {each: getattr(acme, each) for each in (*FIELDS, "version")}
        files = {} if logo is None else {"new_logo": SimpleUploadedFile(name, logo)}
        return client.post(EDIT, {**held, **changes, **files}, follow=True)

    return post


def kept(acme, inside):
    acme.refresh_from_db()
    with inside(acme):
        return {stored.public_id: stored for stored in StoredFile.objects.all()}


def test_a_logo_is_drawn_in_two_sizes_and_stands_in_the_bar(client, send, acme, inside):
    page = send(picture(size=(1280, 640))).content.decode()
    files = kept(acme, inside)
    assert "The new logo is in use." in page
    assert page.count(f"/a/acme/logo/{acme.logo_small}/") == 2  # the bar, and the switcher
    assert page.count(f"/a/acme/logo/{acme.logo}/") == 1
    sizes = []
    for public_id in (acme.logo, acme.logo_small):
        response = client.get(f"/a/acme/logo/{public_id}/")
        assert response["Content-Type"] == "image/png"
        assert response["Content-Disposition"].startswith("inline")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        sizes.append(Image.open(io.BytesIO(b"".join(response.streaming_content))).size)
    assert sizes == [(480, 240), (112, 56)]
    assert len(files) == 2
    with inside(acme):
        assert Event.objects.filter(kind="account.logo_changed").count() == 1


def test_a_new_logo_takes_the_place_of_the_old_one_and_removing_leaves_none(send, acme, inside):
    send(picture())
    first = set(kept(acme, inside))
    send(picture("JPEG"), name="logo.jpg")
    second = set(kept(acme, inside))
    assert (len(second), first & second) == (2, set())
    page = send(remove_logo="on").content.decode()
    assert "The logo is removed." in page
    assert (kept(acme, inside), acme.logo, acme.logo_small) == ({}, None, None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This file is an SVG drawing. Send a PNG, JPEG, GIF or WebP"),
        (b"%PDF-1.7", "This file is a PDF."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "This picture is damaged"),
        (picture(size=(4100, 4000)), "16 million at most"),
        (picture() + b"x" * 5 * 1024 * 1024, "The file is larger than 5 MB."),
        (b"", "The file is empty."),
    ],
    ids=["svg", "pdf", "damaged", "pixels", "bytes", "empty"],
)
def test_a_bad_file_gets_a_sentence_and_what_was_typed_stays(send, acme, inside, data, sentence):
    response = send(data, city="Aarhus")
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert 'value="Aarhus"' in page
    assert kept(acme, inside) == {}
    assert acme.city == "Copenhagen"


def test_a_good_picture_beside_a_bad_field_must_be_chosen_again_and_the_page_says_so(send, acme, inside):
    page = send(picture(), city="").content.decode()
    assert "Choose the picture again" in page
    assert kept(acme, inside) == {}


def test_logo_and_fields_are_saved_together(send, acme):
    page = send(picture(), city="Aarhus").content.decode()
    acme.refresh_from_db()
    assert "The new logo is in use." in page and "Saved. One field changed." in page
    assert acme.city == "Aarhus" and acme.logo


def test_every_member_sees_it_and_only_owners_and_admins_change_it(client, send, acme, bob):
    send(picture())
    acme.refresh_from_db()
    client.force_login(bob)
    assert client.get(f"/a/acme/logo/{acme.logo}/").status_code == 200
    assert client.post(EDIT, {"new_logo": SimpleUploadedFile("x.png", picture())}).status_code == 403


@promise(72, 73)
def test_another_account_finds_no_logo(client, send, acme, globex, mallory):
    send(picture())
    acme.refresh_from_db()
    client.force_login(mallory)
    assert client.get(f"/a/acme/logo/{acme.logo}/").status_code == 404
    assert client.get(f"/a/globex/logo/{acme.logo}/").status_code == 404


def test_a_file_that_is_no_logo_is_not_given_out_as_one(client, send, acme, inside):
    send(picture())
    old = next(iter(kept(acme, inside)))
    send(picture())
    assert client.get(f"/a/acme/logo/{old}/").status_code == 404


def test_who_is_invited_sees_whose_house_it_is(client, send, acme, inside, monkeypatch):
    send(picture())
    tokens = []
    monkeypatch.setattr("accounts.emails.invitation", lambda found, token: tokens.append(token))
    with inside(acme):
        invitations.invite([Person("new@x.example", "Nora")], role="member", message="", by=acme.memberships.get())
    client.logout()
    page = client.get(f"/invitation/{tokens[0]}/").content.decode()
    src = page.partition('class="logo" src="')[2].partition('"')[0]
    assert src.startswith("/files/")
    assert client.get(src)["Content-Type"] == "image/png"
    assert Account.objects.get(pk=acme.pk).logo


def test_of_two_who_choose_a_logo_at_once_the_later_ones_stays_alone(acme, alice, inside):
    upload = lambda: SimpleUploadedFile("logo.png", picture())  # noqa: E731
    first, second = (Account.objects.get(pk=acme.pk) for _ in range(2))
    with inside(acme):
        logos.put(first, upload(), by=acme.memberships.get())
        logos.put(second, upload(), by=acme.memberships.get())
    assert set(kept(acme, inside)) == {acme.logo, acme.logo_small} == {second.logo, second.logo_small}
