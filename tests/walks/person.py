"""Somebody at a browser, as the walks need them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

FOCUSED = "element => element === document.activeElement"
FARTHEST = 250  # stops of the Tab key: more means that something cannot be reached


@dataclass
class Person:
    """Somebody at a browser, with a mouse or with keys alone."""

    page: Page
    server: str
    look: object
    with_keys: bool

    def reach(self, target: Locator) -> None:
        """Bring the focus to something by the Tab key, as often as it takes."""
        expect(target).to_be_visible()
        for _ in range(FARTHEST):
            if target.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"The Tab key does not lead to {target} on {self.page.url}.")

    def press(self, role: str, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Follow a link or press a button."""
        place = within or self.page
        target = place.get_by_role(role, name=name, exact=isinstance(name, str)).first
        if not self.with_keys:
            target.click()
            return
        self.reach(target)
        self.page.keyboard.press("Enter")

    def field(self, label: str) -> Locator:
        """A field by its label, with or without the star of what is needed."""
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \*| \(optional\))?$")).first

    def write(self, label: str, words: str) -> None:
        """Fill in a field."""
        field = self.field(label)
        if not self.with_keys:
            field.fill(words)
            return
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def choose(self, label: str, words: str) -> None:
        """Pick from a list: by keys, by typing the beginning of the words."""
        field = self.field(label)
        if not self.with_keys:
            field.select_option(label=words)
            return
        self.reach(field)
        self.page.keyboard.type(words[:12], delay=20)
        expect(field.locator("option:checked")).to_have_text(words)

    def tick(self, label: str) -> None:
        """Tick a box."""
        box = self.page.get_by_label(label)
        if not self.with_keys:
            box.check()
            return
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def go_to(self, name: str) -> None:
        """Open a section from the bar, or on a phone from the sheet behind *More*."""
        self.page.evaluate("document.activeElement.blur()")
        link = self.page.get_by_role("link", name=name, exact=True).first
        if not link.is_visible():
            self.press("button", "More")
        with self.page.expect_navigation():
            self.press("link", name)

    def sees(self, words: str | re.Pattern[str]) -> None:
        """Something is written on the page, soon."""
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=40_000)

    def looks_round(self) -> None:
        """Everybody could use this page, and nothing hangs over its edge."""
        self.page.wait_for_load_state()  # before its styles are there, everything is too small
        self.look(self.page)
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room, f"{self.page.url} is {wide} px wide in a window of {room} px"

    def follows_letter(self, email: str, link: str) -> None:
        """Open the link of this kind (``/welcome/``) in the latest letter to an address, once a worker has sent it."""
        page, end = self.page, time.monotonic() + 60
        page.goto(f"{self.server}/dev/mail/")
        while not (found := page.locator("a", has_text=email)).count() and time.monotonic() < end:
            time.sleep(0.2)
            page.reload()
        found.first.click()
        address = page.locator("pre a", has_text=re.compile(link)).get_attribute("href")
        page.goto(self.server + address[address.index(link) :])
