"""How files go out: to members, or to whoever holds a link that ends."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from accounts.files import content, purposes
from accounts.files.purposes import MB, Purpose
from accounts.files.serving import link, respond
from accounts.files.stored import store
from lib.seals import Seal
from tests.forging import forged
from tests.promises import promise

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(files_folder):
    return files_folder


@pytest.fixture
def portrait(monkeypatch):
    """A purpose whose pictures are shown."""
    takes = dict.fromkeys(content.PICTURES, content.PNG)
    monkeypatch.setattr(purposes, "_purposes", dict(purposes._purposes))
    return purposes.register(Purpose("portrait", takes=takes, largest=MB, wanted="", box=(32, 32)))


def keep(purpose=None, data=b"<script>alert(1)</script>", name="re\nport.html"):
    return store([data], purpose=purpose or Purpose("notes", made_as="text/html"), name=name)


def read(response):
    return b"".join(response.streaming_content)


def test_a_file_is_for_the_disk_and_never_for_the_page(in_acme):
    response = respond(keep())
    assert response["Content-Disposition"] == 'attachment; filename="report.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store, private"
    assert read(response) == b"<script>alert(1)</script>"


def test_only_a_picture_that_we_drew_is_shown(in_acme, portrait):
    data = io.BytesIO()
    Image.new("RGB", (80, 80)).save(data, "JPEG")
    response = respond(keep(portrait, data.getvalue(), "me.jpg"))
    assert response["Content-Disposition"] == 'inline; filename="me.jpg"'
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert read(response).startswith(b"\x89PNG")


@promise(73)
def test_a_link_gives_one_file_until_it_ends(client, acme, inside):
    with inside(acme):
        stored = keep()
        url = link(acme.pk, stored.public_id, lasts=HOUR)
        ended = link(acme.pk, stored.public_id, lasts=-HOUR)
    response = client.get(url)
    assert (response.status_code, read(response)) == (200, b"<script>alert(1)</script>")
    assert client.get(ended).status_code == 404
    with inside(acme):
        stored.discard()
    assert client.get(url).status_code == 404


@promise(73)
@pytest.mark.parametrize("change", [forged, lambda token: token.upper(), lambda token: "x"])
def test_a_link_that_we_did_not_make_leads_nowhere(client, acme, inside, change):
    with inside(acme):
        url = link(acme.pk, keep().public_id, lasts=HOUR)
    assert client.get(f"/files/{change(url.split('/')[2])}/").status_code == 404


@promise(73)
def test_a_link_leads_to_its_own_account_alone(client, acme, globex, inside):
    with inside(acme):
        stored = keep()
    ends = int((timezone.now() + HOUR).timestamp())
    crossed = Seal("link to a stored file").close(f"{globex.pk} {stored.public_id} {ends}")
    assert client.get(f"/files/{crossed}/").status_code == 404


def test_a_closed_account_gives_nothing_out(client, acme, inside):
    with inside(acme):
        url = link(acme.pk, keep().public_id, lasts=HOUR)
    type(acme).objects.filter(pk=acme.pk).update(closed_at=timezone.now())
    assert client.get(url).status_code == 404
