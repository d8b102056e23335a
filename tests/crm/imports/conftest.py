"""An import in Acme, at any of its steps."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import Account, Membership
from crm.imports import job as jobs
from crm.models import ContactImport

FOLDER = Path(__file__).parent / "files"
PEOPLE = (
    "First name;Last name;E-mail;Phone;Company;Job title;Tags\n"
    "Maren;Ölschläger;Maren@Nordlicht.example;+49 30 901820;Nordlicht;Chefin;Kunde, Berlin\n"
    "Nils;Groß;nils@nordlicht.example;;nordlicht ;;Kunde\n"
    "Ute;Kaputt;ute(at)x;;;;\n"
    ";;;;Bäckerei Kornblum;;\n"
)


@pytest.fixture
def upload(acme: Account, files_folder: Path, inside) -> Callable[..., ContactImport]:
    """``upload("a;b\\n…")`` or ``upload(Path)``: the file is there, its columns guessed."""

    def put(content=PEOPLE, *, name="people.csv", by="alice@acme.example") -> ContactImport:
        data = content.read_bytes() if isinstance(content, Path) else content
        data = data.encode() if isinstance(data, str) else data
        with inside(acme):
            member = Membership.objects.get(account_id=acme.pk, user__email=by) if by else None
            return jobs.upload(io.BytesIO(data), name=name, by=member)

    return put


@pytest.fixture
def check(acme: Account, inside) -> Callable[[ContactImport], ContactImport]:
    """Check it as a worker does."""

    def go(job: ContactImport) -> ContactImport:
        with inside(acme):
            jobs.start_check(job)
            jobs.go_on(str(job.public_id))
            job.refresh_from_db()
        return job

    return go


@pytest.fixture
def run(acme: Account, inside) -> Callable[[ContactImport], ContactImport]:
    """Import it as a worker does, piece by piece."""

    def go(job: ContactImport) -> ContactImport:
        with inside(acme):
            jobs.start_run(job)
        while job.is_at_work:
            with inside(acme):
                jobs.go_on(str(job.public_id))
                job.refresh_from_db()
        return job

    return go
