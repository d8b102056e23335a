"""The registers that stand in files: whole, dated, and the same on the page as in the program."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from datamap import Category, Interest
from lib.templatetags.look import leads_somewhere
from privacy.registers import announcing, books, schedule
from privacy.registers.models import Announcement
from tests.promises import promise

EU = set(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)
OTHERS = {"IS", "LI", "NO", "GB", "CH"}
OWN = """
[[processor]]
key = "hosting"
name = "Fjord Hosting A/S"
service = "Servers"
does = "Runs the servers."
categories = ["identity", "device"]
country = "DK"
mechanism = "Within the European Union"
policy = "https://fjord.example/privacy"
hosts = ["backup.fjord.example"]
announced = {announced}
since = {since}
"""

pytestmark = pytest.mark.usefixtures("_rows")


def own_file(folder, **days):
    file = folder / f"{days['since']}.toml"
    file.write_text(OWN.format(**days))
    return file


@promise(117)
def test_every_country_has_its_authority_on_a_page_for_everybody(browser_without_cookies):
    assert set(books.authorities()) == EU | OTHERS and len(EU) == 27
    page = browser_without_cookies.get("/privacy/authorities/").content.decode()
    for each in books.authorities().values():
        assert each.name and each.in_english and each.site.startswith("https://")
        assert each.name in page and f'href="{each.site}" rel="external noopener noreferrer"' in page
    assert books.authority_of("DE").site in page and books.authority_of("BR") is None


@promise(27, 83)
def test_whoever_works_for_us_is_on_a_public_list_with_what_it_gets(browser_without_cookies, settings, tmp_path):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_live_x", ""
    settings.PROCESSORS_FILE = own_file(tmp_path, announced="2026-11-22", since="2026-11-22")
    page = browser_without_cookies.get("/processors/").content.decode()
    for words in ("Stripe Payments Europe, Limited", "nothing else", "Ireland", "Fjord Hosting A/S", "Denmark"):
        assert words in page
    assert "22 Nov 2026" in page and "Identity, device" in page
    assert {"api.stripe.com", "backup.fjord.example"} <= books.hosts()
    settings.STRIPE_API_KEY = ""
    assert "api.stripe.com" not in books.hosts(), "what is switched off is talked to by nobody"
    assert "This installation does not." in browser_without_cookies.get("/processors/").content.decode()


def test_a_register_that_says_what_can_not_be_is_refused(settings, tmp_path):
    settings.PROCESSORS_FILE = own_file(tmp_path, announced="2026-11-22", since="2026-12-01")
    with pytest.raises(books.BadRegister, match="less than 30 days"):
        books.processors()
    file = own_file(tmp_path, announced="2026-11-22", since="2026-11-22")
    file.write_text(file.read_text().replace('"device"', '"gossip"'))
    settings.PROCESSORS_FILE = file
    with pytest.raises(books.BadRegister, match="gossip is no category"):
        books.processors()


@promise(83)
def test_owners_hear_of_a_new_processor_before_it_begins_and_once(acme, globex, settings, tmp_path):
    today = timezone.localdate()
    settings.PROCESSORS_FILE = own_file(tmp_path, announced=today, since=today + timedelta(days=30))
    assert announcing.tell() == 2 and announcing.tell() == 0
    letters = OutgoingMail.objects.filter(kind="announcement")
    assert {letter.to for letter in letters} == {"alice@acme.example", "mallory@globex.example"}
    assert all("Fjord Hosting A/S works for us" in letter.subject for letter in letters)
    assert Announcement.objects.get().letters == 2
    assert "backup.fjord.example" not in books.hosts(), "not before its day"


@promise(106)
def test_every_interest_is_weighed_and_shown(browser_without_cookies):
    page = browser_without_cookies.get("/privacy/legal-grounds/").content.decode()
    assert [each.interest for each in books.assessments()] == list(Interest)
    for each in books.assessments():
        for words in (each.aim, each.need, each.balance, each.safeguards):
            assert words and words in page


@promise(54)
def test_every_public_form_about_people_is_a_collection_point(browser_without_cookies, settings):
    """Each public page with a field for a name or an address is in the register, and each page of it is there."""
    listed = {point.page for point in books.collection_points()}
    for page in listed:
        assert leads_somewhere(page, settings.ROOT_URLCONF), page
    public = re.findall(r"<loc>[^<]*?(/[^<]*)</loc>", browser_without_cookies.get("/sitemap.xml").content.decode())
    paths = {"/" + path.split("/", 3)[-1] if "//" in path else path for path in public} | {"/login/", "/signup/"}
    asking = re.compile(r'<input[^>]*(?:type="email"|autocomplete="(?:email|name|given-name|username)")')
    found = {path for path in paths if asking.search(browser_without_cookies.get(path).content.decode())}
    assert len(found) >= 3 and found - listed == set()


@promise(147)
def test_the_schedule_names_every_term_of_the_data_map(browser_without_cookies):
    page = browser_without_cookies.get("/privacy/retention/").content.decode()
    assert len(schedule.terms()) > 10
    for term in schedule.terms():
        assert term.purpose.replace("'", "&#x27;") in page and str(term.retention) in page


@promise(119)
def test_the_californian_table_is_the_data_maps_own():
    rows = schedule.californian()
    assert {row.category for row in rows} == {
        answer.category.ccpa for answer in schedule.answers(schedule.Party.CONTROLLER) if answer.category.ccpa
    }
    assert all(row.sources and row.purposes and row.words for row in rows)
    assert Category.IDENTITY in {each.category for each in schedule.collected()}
