"""Every public page, as a stranger with a phone meets it: no scripts, no cookies, no dead end, nothing out of reach."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import expect

from tests.promises import promise

SIGN_IN = ("/login/", "/password/reset/")  # the forms that say why they need a cookie
LONG = ("/api/docs/", "/privacy/promises/")  # looked at where they are made
IDS = re.compile(r'\sid="([^"]+)"')


# Links that say that they lead away, and tell nobody where from.
AWAY = "external noopener noreferrer"


def links_of(page):
    """Where a page leads, by whole addresses."""
    return page.eval_on_selector_all(f'a[href]:not([rel="{AWAY}"])', "links => links.map(link => link.href)")


@promise(40)
def test_a_stranger_reaches_every_public_page_without_scripts_and_cookies(server, open_page, axe):
    page, looking = open_page(width=360, scripts=False), open_page(width=360, dark=True)
    waiting, ids, wanted = [f"{server}/"], {}, set()
    while waiting:
        url = waiting.pop()
        is_aside = bool(urlsplit(url).query) or url.endswith("/pdf/")
        response = page.request.get(url) if is_aside else page.goto(url)
        assert response.status == 200, f"{url} answers {response.status}"
        is_page = "text/html" in response.headers["content-type"]
        ids[url] = set(IDS.findall(response.text())) if is_page else set()
        if is_aside or not is_page:
            continue
        path = urlsplit(url).path
        assert path in SIGN_IN or page.context.cookies() == [], url
        page.context.clear_cookies()
        room = page.evaluate("document.documentElement.scrollWidth")
        assert room <= 360, f"{url} is {room} pixels wide"
        expect(page.get_by_role("contentinfo").get_by_role("link", name="Privacy")).to_have_count(1)
        if path not in LONG + SIGN_IN:
            looking.goto(url)
            axe(looking)
        for link in links_of(page):
            if urlsplit(link).scheme == "mailto":
                continue
            assert link.startswith(f"{server}/"), f"{url} leads away, to {link}"
            wanted.add((url, link))
            target = urldefrag(link).url
            if target not in ids and target not in waiting:
                waiting.append(target)
    seen = {urlsplit(url).path for url in ids}
    listed = re.findall(r"<loc>(.+)</loc>", page.request.get(f"{server}/sitemap.xml").text())
    assert {urlsplit(url).path for url in listed} <= seen
    lost = [
        (url, link)
        for url, link in wanted
        for end in [urldefrag(link)]
        if end.fragment and end.fragment not in ids[end.url]
    ]
    assert lost == []


def test_the_pages_are_walked_with_a_keyboard_and_the_price_is_worked_out(server, open_page):
    page = open_page(width=360, scripts=False)
    page.goto(f"{server}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Pricing").press("Enter")
    page.get_by_label("People who sign in").fill("28")
    page.get_by_label("Paid").select_option("Yearly, two months free")
    page.get_by_role("button", name="Work it out").press("Enter")
    expect(page).to_have_url(re.compile(r"\?seats=28&currency=EUR&interval=year"))
    expect(page.get_by_role("region", name="Your price")).to_contain_text("€3,720 a year, before tax")


def test_hours_are_read_while_they_are_typed_and_without_scripts_when_they_are_sent(server, open_page):
    page = open_page()
    page.goto(f"{server}/")
    page.get_by_label("Try it").press_sequentially("2h15")
    expect(page.get_by_role("status")).to_have_text("= 2 h 15 min")
    plain = open_page(scripts=False)
    plain.goto(f"{server}/")
    plain.get_by_label("Try it").fill("45")
    plain.get_by_role("button", name="Read it").click()
    expect(plain.get_by_role("status")).to_have_text("45 hours? Type 45m for minutes.")
