"""What Candor can do, for the price page. Nothing is announced by hand.

A feature is there when its page is, or when the promise that it keeps misses nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from lib.templatetags.look import leads_somewhere
from privacy.policies.promises import PROMISES


@dataclass(frozen=True)
class Feature:
    """A few words, and what makes them true: a page, below an account unless it begins with ``/``, or a promise."""

    words: str
    page: str = ""
    promise: int = 0

    @property
    def is_here(self) -> bool:
        if self.promise:
            return not PROMISES[self.promise].missing
        path = self.page if self.page.startswith("/") else f"/a/firm/{self.page}"
        return leads_somewhere(path, settings.ROOT_URLCONF)


EXPORT = Feature("Export of the whole account", "admin/export/")
LOOKS = Feature("Support looks only where you allow it, and you see each look", promise=71)
FEATURES: dict[str, tuple[Feature, ...]] = {
    "Clients": (
        Feature("Contacts and companies, with tags and a history each", "contacts/"),
        Feature("One search over everything", "search/"),
        Feature("Import from Google, Outlook, Apple, LinkedIn and any CSV", "admin/import/"),
        Feature("Warnings about duplicates while you type", "contacts/similar/"),
        Feature("A bin that gives back what was deleted, for 30 days", "bin/"),
        Feature("Deals: board, list and forecast", "deals/"),
        Feature("Merging duplicates, with undo", "contacts/merge/"),
    ),
    "Time": (
        Feature("A week you type into like a sheet", "time/"),
        Feature("A list of each day", "time/day/"),
        Feature("Projects and tasks with rates and budgets", "projects/"),
        Feature("Copying last week, with undo", "time/copy/"),
        Feature("A timer in the bar of every page", "timer/"),
        Feature("Submit, approve, lock", "time/approvals/"),
        Feature("Expenses with receipts", "expenses/"),
        Feature("Invoices from hours", "invoices/"),
        Feature("Reports", "reports/"),
    ),
    "Candor": (
        Feature("A log of every change, which you can check yourself", "admin/audit/"),
        Feature("Six roles, and members who see their own records only", "admin/people/"),
        Feature("Each place where you are signed in, and a way to end it", "admin/security/"),
        Feature("An API with keys of narrow scope", "/api/docs/"),
        Feature("A second factor for signing in", "/second-factor/"),
        Feature("A place to ask us, with every answer kept", "admin/support/"),
        EXPORT,
        LOOKS,
    ),
}


@dataclass(frozen=True)
class Group:
    """What of one subject is here."""

    name: str
    features: list[Feature]


def here() -> list[Group]:
    """What can be used today, by subject."""
    return [Group(name, [each for each in features if each.is_here]) for name, features in FEATURES.items()]


def to_come() -> list[Feature]:
    """What somebody may expect and not find yet."""
    return [feature for features in FEATURES.values() for feature in features if not feature.is_here]
