"""An import of hours in Acme, at any of its steps."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import key_for, program_of  # noqa: F401  (fixtures)
from timetracking.imports.job import steps
from timetracking.models import HoursImport

FOLDER = Path(__file__).parent / "files"


@pytest.fixture
def upload(acme, alices, bobs, files_folder, inside) -> Callable[..., HoursImport]:
    """``upload("Date,…")`` or ``upload("harvest.csv")``: the file is there, its columns guessed."""

    def put(content: str, *, name: str = "hours.csv") -> HoursImport:
        data = (FOLDER / content).read_bytes() if content.endswith(".csv") else content.encode()
        with inside(acme):
            return steps.upload(io.BytesIO(data), name=name, by=alices)

    return put


@pytest.fixture
def alices_program(acme, alice, program_of):  # noqa: F811
    return program_of(acme, alice)


@pytest.fixture
def check(acme, inside) -> Callable[..., HoursImport]:
    """Check it as a worker does; ``rules`` are what somebody chose."""

    def go(job: HoursImport, **rules: Any) -> HoursImport:
        with inside(acme):
            steps.start_check(job, **rules)
        return _worked(job, acme, inside)

    return go


@pytest.fixture
def run(acme, inside) -> Callable[..., HoursImport]:
    """Import it as a worker does, piece by piece."""

    def go(job: HoursImport, **chosen: Any) -> HoursImport:
        with inside(acme):
            steps.start_check(job, **chosen)
        job = _worked(job, acme, inside)
        with inside(acme):
            steps.start_run(job)
        return _worked(job, acme, inside)

    return go


@pytest.fixture
def undo(acme, alices, inside) -> Callable[[HoursImport], HoursImport]:
    """Take it back."""
    from timetracking.imports import undoing

    def go(job: HoursImport) -> HoursImport:
        with inside(acme):
            undoing.start(job, by=alices)
        return _worked(job, acme, inside)

    return go


def _worked(job: HoursImport, acme: Any, inside: Any) -> HoursImport:
    while True:
        with inside(acme):
            steps.go_on(str(job.public_id))
            job.refresh_from_db()
        if not job.is_at_work:
            assert job.state != "failed", job.failure
            return job
