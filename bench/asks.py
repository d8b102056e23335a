"""The requests: to Candor as browsers and programs send them, and to the floor for the same work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bench.client import Request
from bench.dataset import MONDAY
from bench.scene import Scene
from bench.tables import SLUG

PAGES, API = f"/a/{SLUG}", "/api/v1"
AS_ONE_TYPES = {"HX-Request": "true"}  # the rows alone, as the list asks for them while somebody types
COMMON = ("mar", "del", "fen", "ros", "tor")  # each begins some word of thousands of contacts
SUNDAY = MONDAY + timedelta(days=6)
EMPTY_WEEK = MONDAY + timedelta(days=52 * 7)


@dataclass(frozen=True)
class Candor:
    """What Candor is asked, by a running number that makes each request another piece of work."""

    scene: Scene

    # --- programs -----------------------------------------------------------------------------------

    def list_api(self, number: int) -> Request:
        return self._api("contacts")

    def deep_api(self, number: int) -> Request:
        return self._api("contacts", cursor=self.scene.deep_cursors["API"])

    def name_api(self, number: int) -> Request:
        return self._api("contacts", search=self.scene.contact(number).full_name)

    def start_api(self, number: int) -> Request:
        return self._api("contacts", search=COMMON[number % len(COMMON)])

    def create_api(self, number: int) -> Request:
        person, company = _person(number), self.scene.contact(number).company.public_id
        data = {"address": {"city": person.pop("city")}, **person, "company": company}
        return self._api("contacts", data=data, status=201)

    def entries_api(self, number: int) -> Request:
        return self._api("time-entries")

    def week_api(self, number: int) -> Request:
        return self._api("time-entries", day_from=MONDAY, day_to=SUNDAY, page_size=100)

    def empty_week_api(self, number: int) -> Request:
        return self._api("time-entries", day_from=EMPTY_WEEK, day_to=EMPTY_WEEK + timedelta(days=6), page_size=100)

    def empty_api(self, number: int) -> Request:
        """Tags, of which there are none: what every list of the API costs before its own work."""
        return self._api("tags")

    def log_api(self, number: int) -> Request:
        cell = self.scene.empty_cell(number)
        project, _, task = cell["work"].partition(".")
        return self._api(
            "time-entries", data={"project": project, "task": task, "day": cell["day"], "minutes": 90}, status=201
        )

    def year_by_person(self, number: int) -> Request:
        return self._report(by="person", then="month")

    def year_by_project(self, number: int) -> Request:
        return self._report(by="project", then="month")

    def week_by_person(self, number: int) -> Request:
        return self._report(by="person", period="days", **{"from": MONDAY, "to": SUNDAY})

    def _report(self, **asked: object) -> Request:
        """Of everybody's hours: a year, if no other days are said."""
        words = {"period": "days", "from": "2026-01-01", "to": "2026-12-31", **asked}
        return Request(_address(f"{API}/reports/hours/", **words), headers=self.scene.as_owners_program)

    # --- pages --------------------------------------------------------------------------------------

    def list_page(self, number: int) -> Request:
        return Request(f"{PAGES}/contacts/")

    def deep_page(self, number: int) -> Request:
        return Request(_address(f"{PAGES}/contacts/", page=self.scene.deep_cursors["page"]))

    def name_typed(self, number: int) -> Request:
        return self._typed("contacts", self.scene.contact(number).full_name)

    def start_typed(self, number: int) -> Request:
        return self._typed("contacts", COMMON[number % len(COMMON)])

    def everything_by_name(self, number: int) -> Request:
        return self._typed("search", self.scene.contact(number).full_name)

    def everything_by_start(self, number: int) -> Request:
        return self._typed("search", COMMON[number % len(COMMON)])

    def contact_page(self, number: int) -> Request:
        return Request(f"{PAGES}/contacts/{self.scene.contact(number).public_id}/")

    def create_form(self, number: int) -> Request:
        """The form as a browser sends it when the usual fields are filled in."""
        further = {f"{name}-{key}": 0 for name in ("emails", "phones") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
        company, owner = self.scene.contact(number).company.name, self.scene.membership.public_id
        form = {**_person(number), **further, "company": company, "owner": owner}
        return Request(f"{PAGES}/contacts/new/", form=form, status=302)

    def change_form(self, number: int) -> Request:
        """The form as it was shown, with another job title."""
        contact = self.scene.contact(number)
        same = {name: getattr(contact, name) for name in ("first_name", "last_name", "email", "phone", "city")}
        links = {"company": contact.company.name, "owner": contact.owner.public_id, "version": contact.version}
        contact.version += 1
        form = {**same, **links, "title": f"Head of {number}"}
        return Request(f"{PAGES}/contacts/{contact.public_id}/edit/", form=form, status=302)

    def board_page(self, number: int) -> Request:
        return Request(_address(f"{PAGES}/deals/", **{"as": "board"}))

    def small_board_page(self, number: int) -> Request:
        """The same board, with what one member looks after."""
        return Request(_address(f"{PAGES}/deals/", **{"as": "board"}, owner="me"))

    def week_page(self, number: int) -> Request:
        return Request(_address(f"{PAGES}/time/", week=MONDAY))

    def empty_week_page(self, number: int) -> Request:
        return Request(_address(f"{PAGES}/time/", week=EMPTY_WEEK))

    def log_cell(self, number: int) -> Request:
        """A time typed into an empty cell of a full week, as the grid's script sends it."""
        known = {"person": self.scene.membership.public_id, "version": ""}
        form = {**self.scene.empty_cell(number), **known, "text": "1:30"}
        return Request(f"{PAGES}/time/cell/", form=form)

    def nothing(self, number: int) -> Request:
        """Through the door, and nothing to look up behind it: what every page costs before its own work."""
        return Request(f"{PAGES}/companies/names/")

    def _typed(self, page: str, words: str) -> Request:
        return Request(_address(f"{PAGES}/{page}/", q=words), headers=AS_ONE_TYPES)

    def _api(self, name: str, *, data: Any = None, status: int = 200, **query: object) -> Request:
        path = _address(f"{API}/{name}/", **query)
        return Request(path, data=data, headers=self.scene.as_program, status=status)


@dataclass(frozen=True)
class Floor:
    """What the floor is asked."""

    scene: Scene

    def list(self, number: int) -> Request:
        return Request("/contacts")

    def deep(self, number: int) -> Request:
        return Request(_address("/contacts", at="2025-01-01T00:00:00Z", id=50_000))

    def name(self, number: int) -> Request:
        return Request(_address("/search", q=self.scene.contact(number).full_name))

    def start(self, number: int) -> Request:
        return Request(_address("/search", q=COMMON[number % len(COMMON)]))

    def contact(self, number: int) -> Request:
        return Request(_address("/contact", id=self.scene.contact(number).pk))

    def create(self, number: int) -> Request:
        return Request("/create", data=_person(number))

    def change(self, number: int) -> Request:
        return Request("/change", data={"id": self.scene.contact(number).pk, "title": f"Head of {number}"})

    def entries(self, number: int) -> Request:
        return Request("/entries")

    def week(self, number: int) -> Request:
        return Request(_address("/week", first=MONDAY, last=SUNDAY))

    def log(self, number: int) -> Request:
        return Request("/log", data={"day": self.scene.empty_cell(number)["day"], "minutes": 90, "note": ""})

    def board(self, number: int) -> Request:
        return Request("/board")

    def year(self, number: int) -> Request:
        return Request("/year")

    def nothing(self, number: int) -> Request:
        return Request("/nothing")


def _address(path: str, **query: object) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _person(number: int) -> dict[str, str]:
    return {
        "first_name": f"New{number}",
        "last_name": "Arrival",
        "email": f"new.arrival.{number}@example.com",
        "phone": f"+4520{number:06}",
        "title": "Buyer",
        "city": "Balton",
    }
