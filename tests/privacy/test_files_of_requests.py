"""Files beside a request: through the file door in, for the firm alone out; staff hear of kind and size."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import StoredFile
from privacy.support_access.kinds import pieces
from privacy.support_access.models import Ticket, TicketFile
from tests.house import samples
from tests.privacy.looks import canary
from tests.promises import promise
from tests.signed_in import staff_browser

pytestmark = pytest.mark.usefixtures("_rows", "files_folder")
ASKED = {"topic": "help", "subject": "Printing", "text": "It won’t print."}


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def screenshot(name="Quillonia Vrandt.png"):
    return SimpleUploadedFile(name, samples.picture(), content_type="image/png")


@promise(73)
def test_a_file_is_for_the_firm_and_staff_are_told_its_kind_and_size(
    acme, alice, bob, carol, mallory, globex, sam, inside
):
    member = browser(bob)
    assert (
        member.post(
            "/a/acme/admin/support/new/", {**ASKED, "attached": [screenshot(), screenshot("b.png")]}
        ).status_code
        == 302
    )
    ticket = Ticket.objects.get(account=acme)
    first, second = TicketFile.objects.filter(message__ticket_id=ticket.pk)
    here, place = f"/a/acme/admin/support/{ticket.public_id}/", f"/a/acme/admin/support/files/{first.public_id}/"
    page = member.get(here).content.decode()
    assert "Quillonia Vrandt.png" in page and place in page
    answer = member.get(place)
    assert answer.status_code == 200 and b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert browser(alice).get(place).status_code == 200  # she reads what was asked for the account
    desk = staff_browser(sam)
    shown = desk.get(f"/support/tickets/{ticket.public_id}/").content.decode()
    assert shown.count("PNG picture, ") == 2 and "Quillonia" not in shown and "support/files/" not in shown
    for stranger in (browser(carol), browser(mallory), desk, Client()):
        for slug in ("acme", "globex"):
            assert stranger.get(place.replace("acme", slug)).status_code in (302, 404), "somebody else got the file"
    with inside(acme):
        StoredFile.objects.get(public_id=first.file).discard()
    assert member.get(place).status_code == 404
    assert "PNG picture, not kept any more" in member.get(here).content.decode()
    assert f"/files/{second.public_id}/" in member.get(here).content.decode()


def test_what_a_file_really_is_decides(acme, bob, inside):
    member = browser(bob)
    page = SimpleUploadedFile("x.png", b"<html><script>alert(1)</script>", content_type="image/png")
    answer = member.post("/a/acme/admin/support/new/", {**ASKED, "attached": [screenshot(), page]})
    assert answer.status_code == 422 and "This file is a web page." in answer.content.decode()
    many = member.post("/a/acme/admin/support/new/", {**ASKED, "attached": [screenshot() for _ in range(6)]})
    assert many.status_code == 422 and "At most 5 files" in many.content.decode()
    assert not Ticket.objects.filter(account=acme).exists() and not TicketFile.objects.filter(account=acme).exists()


@promise(72)
def test_a_record_in_a_request_is_its_name_for_the_firm_and_its_id_for_staff(acme, bob, sam, globex):
    maren, theirs = canary(acme), canary(globex)
    said = f"Please see {maren.placeholder}, and {theirs.placeholder}.\n\nAnd contact {maren.public_id} again & so on"
    assert [piece for piece in pieces(said) if not isinstance(piece, str)] == [maren, theirs, maren]
    member = browser(bob)
    member.post("/a/acme/admin/support/new/", {**ASKED, "text": said})
    ticket = Ticket.objects.get(account=acme)
    page = member.get(f"/a/acme/admin/support/{ticket.public_id}/").content.decode()
    link = f'<a class="link" href="/a/acme/contacts/{maren.public_id}/">contact Quillonia Vrandt</a>'
    assert (
        page.count(link) == 2 and f">{theirs}</code>" in page and "{contact" not in page and "again &amp; so on" in page
    )
    shown = staff_browser(sam).get(f"/support/tickets/{ticket.public_id}/").content.decode()
    assert "Quillonia" not in shown and shown.count(f">{maren}</code>") == 2 and "{contact" not in shown
    assert "<p>Please see <code" in shown
