"""All the way of an archive: asked for, fetched, verified by itself alone, and brought into an empty account."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from accounts.actions import open_account
from accounts.models import User
from crm.models import Company, Contact
from crm.search import reindex
from tests.promises import promise

PICTURES = os.environ.get("PICTURES")  # a folder to keep what the screens look like


def keep(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{name}.png"), full_page=True)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@promise(67, 113)
def test_an_archive_leaves_proves_itself_and_comes_back(
    server, celery_worker, shared_files, acme, alice, bob, inside, open_page, sign_in, axe, tmp_path
):
    zoe = User.objects.create_user("zoe@away.example", "a long word", first_name="Zoe", last_name="Ek")
    open_account(zoe, name="Away", time_zone="Europe/Copenhagen", currency="EUR")
    with inside(acme):
        company = Company.objects.create(name="Tidewater Museum")
        reindex([Contact.objects.create(first_name="Maren", last_name="Holt", company=company)])
    celery_worker("long")
    archive = fetched(open_page(), server, sign_in, alice, axe, tmp_path)
    check_alone(archive, tmp_path / "unpacked")
    page = open_page()
    brought(page, server, sign_in, zoe, axe, archive)
    phone = open_page(width=360, dark=True)
    sign_in(phone, server, zoe)
    for path, name in (
        ("/a/away/admin/export/", "export"),
        ("/a/away/admin/import/archive/", "imports"),
        (page.url.removeprefix(server), "import"),
        ("/a/away/admin/my-data/", "my-data"),
    ):
        phone.goto(server + path)
        assert fits(phone), path
        axe(phone)
        keep(phone, f"{name}-360-dark")


def fetched(page, server, sign_in, alice, axe, folder):
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/admin/export/")
    axe(page)
    keep(page, "export-1280")
    page.get_by_role("button", name="Make an archive").click()
    page.get_by_role("button", name="Download").wait_for(timeout=60_000)
    axe(page)
    keep(page, "export-ready-1280")
    with page.expect_download() as told:
        page.get_by_role("button", name="Download").click()
    told.value.save_as(folder / "acme.zip")
    return folder / "acme.zip"


def check_alone(archive, folder):
    """With Python and what lies in the archive, and nothing else."""
    zipfile.ZipFile(archive).extractall(folder)
    command = [sys.executable, "-E", "-S", str(folder / "verify.py")]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/")
    assert (told.returncode, "as they were written" in told.stdout) == (0, True), told.stdout + told.stderr


def brought(page, server, sign_in, zoe, axe, archive):
    sign_in(page, server, zoe)
    page.goto(f"{server}/a/away/admin/import/archive/")
    axe(page)
    keep(page, "imports-1280")
    page.get_by_label("Archive", exact=True).set_input_files(archive)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("What it would bring").wait_for(timeout=60_000)
    axe(page)
    keep(page, "import-checked-1280")
    page.get_by_label("Bob Reyes").uncheck()
    url = page.url
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_text("rows are stored").wait_for(timeout=60_000)
    axe(page)
    keep(page, "import-done-1280")
    page.get_by_role("link", name="See the contacts").click()
    expect(page.get_by_role("link", name="Maren Holt").first).to_be_visible()
    page.goto(url)
