"""A worker killed with -9 while it writes an archive, or stores one: nobody is ever offered, or sees, half of it."""

from __future__ import annotations

import io

import pytest

from accounts.files.stored import folder_of
from accounts.jobs import GIVEN_UP
from accounts.models import Account, Membership, OutgoingMail, StoredFile
from audit.models import Event
from crm.models import Contact, SearchToken
from crm.search import reindex
from demo import cast
from privacy.exports import actions, arrivals
from privacy.exports.candor_archive import Zipped, verify
from tenancy.context import activate
from tests.house.samples import expense
from tests.kills.stage import minutes_pass_for_jobs, seen, until
from tests.promises import promise

DEATHS_WRITING = ["all but its manifest is written@1", "the archive lies there, nothing committed@1"]
DEATHS_STORING = ["a file of it lies there, nothing committed@1", "all of it is in, nothing committed@1"]


@pytest.fixture
def firm(acme) -> Account:
    """Some people, and a receipt."""
    with activate(acme, actor=cast.SYSTEM):
        reindex(Contact.objects.bulk_create(Contact(first_name=f"M{number}") for number in range(50)))
        expense()
    return acme


def dies(nursery, job, place):
    """A worker comes to that place, is killed, and its alarm wakes the next."""
    worker = nursery.worker(KILL_AT=place)
    until(lambda: not worker.is_alive, worker)
    assert seen(job).is_at_work, place
    return seen(job)


def is_over(nursery, job):
    worker = nursery.worker()
    until(lambda: not seen(job).is_at_work, worker)
    nursery.kill_all()
    return seen(job)


def asked(account):
    with activate(account, actor=cast.SYSTEM):
        return actions.start("account", by=Membership.objects.filter(account=account, role="owner").first())


def content_of(export):
    with activate(export.account_id, actor=cast.SYSTEM):
        file = StoredFile.objects.get(pk=export.file_id)
        assert {path.stem for path in folder_of(export.account_id).iterdir()} >= {str(file.public_id)}
        return file.open().read()


def events(account, kind):
    with activate(account, actor=cast.SYSTEM):
        return Event.objects.filter(account_id=account.pk, kind=kind).count()


@promise(67, 113)
def test_archives_survive_the_death_of_whoever_writes_or_stores_them(nursery, firm, globex):
    export = asked(firm)
    for place in DEATHS_WRITING:
        assert dies(nursery, export, place).file_id is None, place
        minutes_pass_for_jobs(export)
    export = is_over(nursery, export)
    assert (export.state, events(firm, "export.written")) == ("ready", 1), export.failure
    archive = content_of(export)
    assert not verify(Zipped(io.BytesIO(archive))).findings
    assert OutgoingMail.objects.filter(kind="export_ready").count() == 1
    check_storing(nursery, globex, archive)


def check_storing(nursery, account, archive):
    def brought():
        with activate(account, actor=cast.SYSTEM):
            owner = Membership.objects.get(account=account, role="owner")
            return arrivals.upload(io.BytesIO(archive), name="acme.zip", by=owner)

    def accepted(job):
        with activate(account, actor=cast.SYSTEM):
            assert arrivals.accept(seen(job), invite=(), by=Membership.objects.get(pk=job.by_id))

    def is_empty():
        with activate(account, actor=cast.SYSTEM):
            kept = StoredFile.objects.filter(purpose="receipt").exists()
            places = Membership.objects.filter(account=account).exclude(kept_for="").exists()
            return not (Contact.objects.exists() or kept or places)

    job = brought()
    assert dies(nursery, job, "the archive is checked, nothing committed@1").plan == {}
    minutes_pass_for_jobs(job)
    assert is_over(nursery, job).state == "checked"

    # Three deaths in one piece end it in words; nothing is there, and it can be tried anew.
    accepted(job)
    for place in ["its rows are in, their search words not@1", *DEATHS_STORING]:
        dies(nursery, job, place)
        assert is_empty(), place
        minutes_pass_for_jobs(job)
    over = is_over(nursery, job)
    assert (over.state, over.failure, over.people, is_empty()) == ("failed", GIVEN_UP, [], True)

    job = brought()
    assert is_over(nursery, job).state == "checked"
    accepted(job)
    dies(nursery, job, DEATHS_STORING[0])
    minutes_pass_for_jobs(job)
    assert (is_over(nursery, job).state, events(account, "archive.imported")) == ("done", 1)
    with activate(account, actor=cast.SYSTEM):
        found = SearchToken.objects.filter(kind="contact").values("record_id").distinct().count()
        assert found == Contact.objects.count() >= 50
        assert StoredFile.objects.get(purpose="receipt").open().read()
