"""Static files: only what pages use, and all of it, under names that browsers may keep."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from config.front_end import FILES


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.front_end.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    return tmp_path, names


@pytest.mark.parametrize("path", FILES)
def test_a_package_brings_what_we_name(path):
    assert finders.find(path)


def test_nothing_else_of_a_package_is_served():
    assert not finders.find("vendor/tabler/tabler-flags.css")
    assert not finders.find("vendor/tabler/package.json")


def test_modules_import_each_other_by_their_fingerprint(collected):
    folder, names = collected
    shell = (folder / names["js/shell.js"]).read_text()
    assert names["js/menus.js"].removeprefix("js/") in shell
    assert '"./menus.js"' not in shell


def test_the_stylesheet_leads_to_the_font_by_its_fingerprint(collected):
    folder, names = collected
    font = names["vendor/font/files/instrument-sans-latin-wght-normal.woff2"]
    assert font.removeprefix("vendor/font/") in (folder / names["vendor/font/index.css"]).read_text()


def test_what_the_pages_load_is_small(collected):
    folder, names = collected
    loaded = [name for name in names.values() if name.endswith((".css", ".js", ".woff2"))]
    assert sum((folder / name).stat().st_size for name in loaded) < 1_200_000


def test_the_front_page_sets_no_cookie(client):
    response = client.get("/")
    assert response.status_code == 200
    assert not response.cookies
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
