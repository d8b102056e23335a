"""A worker killed with -9 while it erases a firm: it goes on where it was, and ends as if nothing had happened."""

import pytest
from django.core.management import call_command
from django.utils import timezone

import audit
from accounts import lifecycle
from accounts.files.purposes import Purpose
from accounts.files.stored import folder_of, store
from accounts.models import Account, OutgoingMail
from crm.models import Contact, Tag
from privacy.deletion import certificate, erasing, ledger, preview, verification
from privacy.deletion.models import AccountDeletion
from tenancy.queue import send
from tests.kills.stage import until
from tests.kills.worker import OUTSIDE
from tests.promises import promise

DEATHS = (
    "the ledger says it, nothing committed@1",
    "rows are gone, nothing committed@12",
    "sign-ins are gone, nothing committed@1",
    "all rows are gone, files and the account are there@1",
    "all is checked, no certificate@1",
)


@pytest.fixture
def beside(tmp_path, settings):
    """Ledger and keys of the test's own, for its workers, too."""
    paths = {name: str(tmp_path / name.lower()) for name in OUTSIDE}
    for name in OUTSIDE:
        setattr(settings, name, tmp_path / name.lower())
    return paths


def fill(account, inside):
    with inside(account):
        Contact.objects.bulk_create(Contact(first_name="Maren", last_name=str(number)) for number in range(150))
        Tag.objects.bulk_create(Tag(name=f"T{number}", name_key=f"t{number}") for number in range(150))
        store([b"x" * 100], purpose=Purpose("notes", made_as="text/plain"), name="a.txt")


def erase(number, worker, condition):
    send("deletion.go_on_erasing", kwargs={"number": number})
    until(condition, worker)


@promise(149)
def test_killed_at_five_points_a_firm_is_erased_once(nursery, acme, globex, carol, inside, beside):
    for firm in (acme, globex):
        fill(firm, inside)
    with inside(globex):
        others = preview.count_all(globex, [])
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    OutgoingMail.objects.all().delete()  # nobody waits for letters here
    with inside(acme):
        expected = preview.of_account(acme).rows
    number = erasing.begin(Account.objects.get(pk=acme.pk)).number
    stages = []
    for place in DEATHS:
        worker = nursery.worker(KILL_AT=place, ROWS_AT_ONCE="20", **beside)
        erase(number, worker, lambda worker=worker: not worker.is_alive)
        stages.append(AccountDeletion.objects.get(number=number).stage)
    assert stages == ["waiting", "rows", "people", "rest", "verifying"], "each died where it was meant to"
    worker = nursery.worker(**beside)
    erase(number, worker, lambda: AccountDeletion.objects.get(number=number).is_done)
    deletion = AccountDeletion.objects.get(number=number)
    assert deletion.gone == deletion.before == expected
    assert verification.findings(number, public_id=acme.public_id) == [] and not folder_of(number).exists()
    assert [line.kind for line in ledger.lines()] == ["account"] and certificate.troubles(deletion.certificate) == []
    assert audit.verify(number).findings == []
    with inside(globex):
        assert preview.count_all(globex, []) == others

    erase(number, worker, lambda: worker.log.read_text().count("succeeded") >= 2)  # a second request
    call_command("erase_account", "acme")
    again = AccountDeletion.objects.get(number=number)
    assert (again.certificate, again.gone, again.looked_at) == (deletion.certificate, deletion.gone, deletion.looked_at)
