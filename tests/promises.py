"""``@promise(14)``: this test proves promise 14. What marked tests came to is written down for all to see.

The rules stand in ``privacy/policies/proofs.py``; how to mark a test in ``CONTRIBUTING.md``. ``-m promise`` runs
the marked tests alone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.env import env
from privacy.policies import proofs
from privacy.policies.promises import PROMISES
from privacy.policies.proofs import Ending

CASES = "cases of a promise's test"


def promise(*numbers: int) -> pytest.MarkDecorator:
    """Mark a test that would fail if one of these promises were broken."""
    unknown = [number for number in numbers if number not in PROMISES]
    if unknown or not numbers:
        raise ValueError(f"There is no promise {unknown[0]}" if unknown else "Which promise? Write its number")
    return pytest.mark.promise(*numbers)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(number, …): the test proves these promises")
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        try:
            ledger = Ledger(config.rootpath, env.promises_file)
        except proofs.BadMark as trouble:
            raise pytest.UsageError(str(trouble)) from trouble
        config.pluginmanager.register(ledger, "ledger of promises")


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """Tell each case how many there are, whichever of them will run."""
    made = yield
    items = [item for item in made or () if isinstance(item, pytest.Function)] if isinstance(made, list) else []
    for item in items:
        if item.get_closest_marker("promise"):
            item.user_properties.append((CASES, len(items)))
    return made


class Ledger:
    """Notes how marked tests end and writes it down when the run is over."""

    def __init__(self, project: Path, file: Path) -> None:
        self.project, self.file = project, file
        self.code, self.marked = proofs.fingerprint(project), proofs.marks(project / "tests")
        self.cases: dict[str, int] = {}
        self.outcomes: dict[str, dict[str, str]] = {}
        self.running: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        case, test = report.nodeid, report.nodeid.partition("[")[0]
        if test not in self.marked:
            return
        if isinstance(cases := dict(report.user_properties).get(CASES), int):
            self.cases[test] = cases
        # A test that has a second try begins anew: how its last one ends is what counts.
        before = "passed" if report.when == "setup" else self.running.get(case, "passed")
        self.running[case] = before if before != "passed" else outcome(report)
        if report.when not in ("setup", "call"):  # it is over, or the process that ran it is
            self.outcomes.setdefault(test, {})[case] = self.running[case]

    def pytest_sessionfinish(self) -> None:
        """A run that ended no marked test leaves everything as it is."""
        if not self.outcomes:
            return
        at = datetime.now(UTC).isoformat(timespec="seconds")
        commit = head(self.project)
        # Code that changed while it was tried has proved nothing.
        code = self.code if proofs.fingerprint(self.project) == self.code else ""
        records = {test: record for test, record in proofs.read(self.file).items() if test in self.marked}
        for test, outcomes in self.outcomes.items():
            endings = {case: Ending(ended, code, commit, at) for case, ended in outcomes.items()}
            records[test] = proofs.ran(records.get(test), self.cases.get(test, 0), endings)
        proofs.write(self.file, records)


def outcome(report: pytest.TestReport) -> str:
    """One word for how a phase of a test ended."""
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.passed else "xfailed"
    return str(report.outcome)


def head(project: Path) -> str:
    """The commit at hand, with a plus when something is not committed yet; nothing outside of git."""

    def git(*words: str) -> str:
        ended = subprocess.run(["git", *words], cwd=project, capture_output=True, text=True, check=True)
        return ended.stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""
