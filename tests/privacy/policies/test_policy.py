"""The policy says what the program knows, sentence by sentence, and nothing that is not so."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.template import Context, Template

from accounts import documents
from datamap import Interest
from privacy.policies import promises, snapshots
from privacy.policies.templatetags import promised
from privacy.registers import books, schedule
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


class Unnumbered(HTMLParser):
    """Collects the text that stands in no sentence with a number, in no heading and in no table with one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.numbered = 0
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        is_numbered = given.get("class") == "says" or "data-promise" in given or tag in ("h2", "h3")
        self.open.append("!" if is_numbered else tag)

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if data.strip() and "!" not in self.open:
            self.found.append(data.strip())


def test_the_words_are_those_that_are_written_down():
    """A snapshot of every generated document."""
    assert snapshots.stale() == [], (
        "A document says something new. Read it, run `manage.py compose_policy --write`, and publish a new version of "
        "it where Candor runs (Staff area, Documents)."
    )


@promise(106)
def test_every_sentence_of_the_policy_carries_its_promise():
    html = documents.compose("privacy")
    assert Unnumbered(html).found == []
    numbers = {int(number) for number in re.findall(r'href="/privacy/promises/#promise-(\d+)"', html)}
    assert len(numbers) > 70 and numbers <= promises.PROMISES.keys()
    ids = re.findall(r'id="(says-[\d-]+)"', html)
    assert len(ids) == len(set(ids)) > 80


def test_what_is_not_kept_is_not_said(monkeypatch):
    def said(words, **given):
        monkeypatch.setitem(promised.PROMISES, 14, replace(promises.PROMISES[14], **given))
        return Template("{% load promised %}{% says 14 " + words + " %}It is so.{% endsays %}").render(Context())

    assert "It is so." in said("")
    assert said("", missing="Half of it.") == ""
    assert "It is so." in said("already=True", missing="Half of it.")
    assert said("already=True", missing="All of it.", mechanism="") == ""


@promise(119, 120)
def test_the_californian_table_is_printed_and_says_that_nothing_was_sold(client):
    page = " ".join(client.get("/privacy/").content.decode().split()).replace("&#x27;", "'")
    table = page.split("Third parties it is disclosed to")[1].split("</table>")[0]
    for row in schedule.californian():
        assert f"{row.category} (" in table
        for words in (*row.sources, *row.purposes):
            assert words in table
    assert "We have not sold personal information" in page and books.SALE_IS_POSSIBLE is False


@promise(83, 106)
def test_the_policy_names_every_kind_its_ground_and_who_gets_it(settings):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_live_x", ""
    page = " ".join(documents.compose("privacy").split())
    for each in schedule.collected():
        row = page.split(f'<th scope="row">{str(each.category).capitalize()}</th>')[1].split("</tr>")[0]
        assert all(str(word) in row for word in (*each.sources, *each.retentions))
        assert ("Stripe" in row) is (str(each.category) in books.processors_known()[0].categories)
    assert all(str(interest).capitalize()[:8] in page for interest in Interest)
    settings.STRIPE_API_KEY = ""
    assert "Stripe" not in documents.compose("privacy")


@promise(84, 94)
def test_a_firm_reads_on_its_account_page_where_its_data_is(client, alice, acme):
    client.force_login(alice)
    page = client.get("/a/acme/admin/account/").content.decode()
    assert f"keeps in Candor is in {documents.kept_in()}" in page and 'href="/processors/"' in page
