"""What the SDK says of the processor's interface, and what we remember of it."""

from __future__ import annotations

import stripe

from devtools.processor_sim import contract, server  # noqa: F401  (the server registers who answers what)
from devtools.processor_sim.api.answers import HANDLERS


def test_the_installed_sdk_is_the_one_that_we_were_built_for():
    """An upgrade names what it changes: read it, see whether it concerns us, then write the file anew."""
    changed = contract.changes(contract.REMEMBERED.read_text().splitlines(), contract.outline())
    assert changed == [], "python -m devtools.processor_sim.contract writes contract.txt, once this is understood"
    assert contract.api_version() == stripe.api_version


def test_every_answer_is_to_an_address_that_the_sdk_asks():
    assert set(HANDLERS) <= {(route.method, route.path) for route in contract.routes()}


def test_a_change_of_the_sdk_is_named():
    old = contract.outline()
    new = [line for line in old if line != "invoice.parent"] + ["invoice.origin (always there)"]
    assert contract.changes(old, new) == ["gone: invoice.parent", "new: invoice.origin (always there)"]


def test_an_answer_that_lacks_a_field_is_our_mistake():
    tax_id = {"id": "txi_1", "object": "tax_id", "created": 1, "livemode": False, "type": "eu_vat", "value": "DE1"}
    whole = contract.complete(tax_id)
    assert (whole["country"], whole["value"]) == (None, "DE1")
    for mistake in ({**tax_id, "valu": "DE1"}, {k: v for k, v in tax_id.items() if k != "value"}):
        try:
            contract.complete(mistake)
        except contract.Incomplete as error:
            assert "valu" in str(error)
        else:
            raise AssertionError("nobody noticed")
