"""Receipts: what may come in, what is kept of it, and who gets it back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from accounts.models import Membership, StoredFile
from tests.house.samples import picture
from tests.timetracking.expenses import files
from timetracking.models import Expense

NEW = "/a/acme/expenses/new/"


@pytest.fixture
def send(client, bob, kinds):
    """Bob sends an expense with this receipt."""

    def send(content, name="receipt.png"):
        client.force_login(bob)
        receipt = SimpleUploadedFile(name, content, "image/png")
        paid = {"category": kinds["Travel"], "day": "2026-11-17", "amount": "12.50"}
        return client.post(NEW, {**paid, "new_receipt": receipt})

    return send


def served(client, acme, inside):
    with inside(acme):
        expense = Expense.objects.get()
    response = client.get(f"/a/acme/expenses/{expense.public_id}/receipt/")
    return response, b"".join(response.streaming_content)


def test_a_picture_is_drawn_anew_and_shown(send, client, acme, inside):
    assert send(files.photo()).status_code == 302
    response, content = served(client, acme, inside)
    assert content.startswith(b"\x89PNG") and b"<script>" not in content
    assert response["Content-Type"] == "image/png" and response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_of_a_pdf_only_its_pages_are_kept(send, client, acme, inside):
    sent = files.scripted_pdf(pages=2)
    assert b"JavaScript" in sent and b"MZMZ" in sent and b"Bob" in sent
    assert send(sent, "bill.pdf").status_code == 302
    response, kept = served(client, acme, inside)
    for trace in (b"JavaScript", b"app.alert", b"evil", b"MZMZ", b"Bob", b"/AA", b"OpenAction"):
        assert trace not in kept
    pages = PdfReader(io.BytesIO(kept)).pages
    assert [page.get_contents().get_data() for page in pages] == [files.DRAWN] * 2
    assert pages[0].mediabox.width == 200
    assert response["Content-Disposition"].startswith("attachment") and response["Content-Type"] == "application/pdf"


def test_a_pdf_whose_parts_lie_in_packs_is_kept(send, client, acme, inside):
    assert send(files.packed_pdf(saves=5), "bill.pdf").status_code == 302
    _, kept = served(client, acme, inside)
    drawn = PdfReader(io.BytesIO(kept)).pages[0]["/Resources"]["/XObject"]
    assert [part["/A"] for part in drawn.values()] == [1, 1, 1]


def test_evil_kinds_are_refused_in_words(send, acme, inside):
    table = (
        (files.HTML, "This file is a web page."),
        (files.SVG, "This file is an SVG drawing."),
        (files.bomb(), "more pixels than we unpack"),
        (picture()[:60], "damaged"),
        (b"%PDF-1.7\nnothing of the kind", "This PDF is damaged"),
        (files.packed_pdf(size=4_000_000), "This PDF is damaged"),
        (files.packed_pdf(packs=1, size=20_000_000), "This PDF is damaged"),
        (files.packed_pdf(saves=20), "This PDF is damaged"),
        (files.scripted_pdf(pages=51), "more than 50 pages"),
        (files.scripted_pdf(password="x"), "locked by a password"),
        (b"", "The file is empty"),
        (b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
        (b"PK\x03\x04 a workbook", "a zip or office file"),
    )
    for content, words in table:
        answer = send(content)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    with inside(acme):
        assert not Expense.objects.exists() and not StoredFile.objects.exists()


def test_a_receipt_is_for_who_may_see_the_expense(send, client, acme, inside, alice, carol, mallory, globex):
    send(picture())
    with inside(acme):
        url = f"/a/acme/expenses/{Expense.objects.get().public_id}/receipt/"
    carols = Membership.objects.filter(user=carol, account=acme)
    for user, role, status in ((alice, "", 200), (carol, "member", 404), (carol, "billing", 200), (mallory, "", 404)):
        if role:
            carols.update(role=role)
        client.force_login(user)
        assert client.get(url).status_code == status, (user, role)
    carols.update(role="manager", sees_only_own_records=True)
    client.force_login(carol)
    assert client.get(url).status_code == 404
    client.force_login(mallory)
    assert client.get(url.replace("acme", "globex")).status_code == 404
