"""What a firm pays us stands alone: one module knows the processor, and nobody but billing knows what is paid."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tips
from accounts.models import Account
from billing import actions, gateway
from billing.gateway import CardSetup
from config.settings import BASE_DIR
from crm.models import Company
from tests.billing.conftest import ACME
from tests.promises import promise

PRODUCT = ("accounts", "audit", "billing", "config", "crm", "datamap")
PRODUCT += ("demo", "lib", "privacy", "tenancy", "timetracking", "website")
TABLES = re.compile(r"billing_(billingacc|subscription|moneyintent|processorcust|webhookevent|retained|finding)")
KNOWS_THE_NAMES = {
    "tenancy/globals.py",  # which tables stand outside the fence
    "privacy/deletion/verification.py",  # which may still name an account that was erased
}


def sources() -> Iterator[tuple[str, str]]:
    for package in PRODUCT:
        for file in sorted(Path(BASE_DIR, package).rglob("*.py")):
            yield str(file.relative_to(BASE_DIR)), file.read_text()


def imported(text: str) -> set[str]:
    """Every module that a source names in an import."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


@promise(28)
def test_one_module_knows_the_processors_sdk():
    assert [name for name, text in sources() if "stripe" in imported(text)] == ["billing/gateway/stripe.py"]


class AnotherProcessor:
    """All that entering a card asks of whoever handles cards."""

    def make_customer(self, account, *, key):
        return f"firm-{account}"

    def update_customer(self, customer, profile, *, key):
        self.told = profile

    def start_card(self, customer, *, key):
        return CardSetup("setup", f"secret of {customer}")


@pytest.fixture
def another_processor(settings):
    settings.PROCESSOR = f"{__name__}.AnotherProcessor"
    gateway.processor.cache_clear()
    yield
    gateway.processor.cache_clear()


@promise(28)
def test_another_processor_is_another_module(firm, another_processor):
    firm.do(actions.save_profile, ACME)
    assert firm.do(actions.start_card).client_secret == f"secret of firm-{firm.account.public_id}"


@promise(29)
def test_nobody_but_billing_reads_what_a_firm_pays():
    """No search, list, import, report or program: whoever would, had to name the tables, their models or their app."""
    others = [(name, text) for name, text in sources() if not name.startswith("billing/")]
    assert [name for name, text in others if any(each.startswith("billing.models") for each in imported(text))] == []
    named = [name for name, text in others if TABLES.search(text.lower()) and name not in KNOWS_THE_NAMES]
    assert named == []
    assert [name for name, text in others if re.search(r"get_model\(.billing|.billing\.[A-Z]", text)] == []


@promise(30)
def test_what_we_advertise_to_whom_is_decided_without_looking_at_what_is_paid(firm):
    """The choice of whom to write to asks no table of billing, and no letter that advertises speaks of one."""
    firm.pay()
    account = Account.objects.get(pk=firm.account.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        firm.do(tips.write_due, account, timezone.now())
    assert len(asked) > 0
    assert [each["sql"] for each in asked if "billing_" in each["sql"]] == []
    words = [file.read_text() for file in Path(BASE_DIR, "templates/promotions").rglob("*.*")]
    assert words != []
    assert [each for each in words if re.search(r"{{[^}]*(billing|subscription|card|invoice|seats)", each)] == []


@promise(27)
def test_the_processor_learns_what_billing_needs_and_nothing_else(firm):
    """Nothing of the firm's clients, and nobody's name or address but those on the invoice."""
    owner = firm.account.memberships.get().user
    firm.do(lambda: Company.objects.create(name="Xenophon Ltd"))
    firm.pay()
    firm.do(actions.cancel, "Xenophobic buttons")
    told = Path(firm.processor.folder, "sim").read_bytes()
    for file in Path(firm.processor.folder).glob("sim-*"):
        told += file.read_bytes()
    assert b"books@acme.example" in told
    assert str(firm.account.public_id).encode() in told
    for secret in ("Xenoph", owner.email, firm.account.slug, firm.account.phone or "no phone", "Vestergade"):
        assert secret.encode() not in told, secret


def test_it_is_said_of_each_call_what_only_the_simulator_has_shown():
    """ADR 27 has a row for each call of the gateway: nobody takes for tried what was tried on the simulator alone."""
    calls = {name for name in vars(gateway.Processor) if not name.startswith("_")}
    text = Path(BASE_DIR, "docs/adr/0027-billing.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    said = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert said == calls
