"""The public pages about what we promise. They need neither cookies nor scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.policies.ledger import Ledger, State, of_this_installation
from privacy.policies.promises import BOOK

WORDS = {State.PROVEN: "Proven", State.NOT_PROVEN: "Tested, not proven", State.NO_TEST: "No test yet"}


@dataclass(frozen=True)
class Tab:
    """One choice of the filter."""

    label: str
    url: str
    is_current: bool
    count: int


@dataclass(frozen=True)
class Check:
    """What can be said about all marked tests together."""

    tests: int
    passed: int
    failed: int
    ran_at: datetime | None
    commit: str

    @classmethod
    def of(cls, ledger: Ledger) -> Check:
        tests = ledger.proofs
        last = max((test for test in tests if test.ran_at), key=lambda test: str(test.ran_at), default=None)
        return cls(
            tests=len(tests),
            passed=sum(test.has_passed for test in tests),
            failed=sum(test.has_failed for test in tests),
            ran_at=last.ran_at if last else None,
            commit=last.commit if last else "",
        )

    @property
    def waiting(self) -> int:
        return self.tests - self.passed - self.failed

    @property
    def is_good(self) -> bool:
        return self.tests > 0 and self.passed == self.tests


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """Every promise: its words, where they come from, how it is kept and what proves it."""
    ledger = of_this_installation()
    chosen = next((state for state in State if state.replace(" ", "-") == request.GET.get("state")), None)
    tabs = [Tab("All", request.path, chosen is None, len(ledger.lines))]
    tabs += [
        Tab(WORDS[state], f"{request.path}?state={state.replace(' ', '-')}", state is chosen, ledger.count(state))
        for state in State
    ]
    words = {
        "areas": ledger.areas(chosen),
        "chosen": chosen,
        "check": Check.of(ledger),
        "counts": {state.name.lower(): ledger.count(state) for state in State},
        "decisions": BOOK.decisions,
        "documents": BOOK.documents.values(),
        "tabs": tabs,
        "total": len(ledger.lines),
    }
    return render(request, "privacy/promises.html", words)
