"""Every kind of event that the product records has words: found in the code here, and while tests run."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from audit import words
from audit.sentences import tell
from audit.words import Ref
from lib.templatetags.look import drawing

PROJECT = Path(__file__).resolve().parents[2]
APPS = (
    "lib",
    "tenancy",
    "audit",
    "accounts",
    "crm",
    "timetracking",
    "privacy",
    "billing",
    "invoicing",
    "demo",
    "config",
)
KINDS = [kind for kinds in words.kinds_by_group().values() for kind in kinds]


def recorded():
    """(place, pattern of kinds) of every ``audit.record(…)`` in the product's code."""
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            module = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in (
                    "audit.record",
                    "audit.record_all",
                    "record",
                    "record_all",
                ):
                    for name in either(call.args[0]):
                        yield f"{path.relative_to(PROJECT)}:{call.lineno}", pattern(name, module)


def either(name):
    """Both kinds of ``record("a" if … else "b")``."""
    return [*either(name.body), *either(name.orelse)] if isinstance(name, ast.IfExp) else [name]


def pattern(name, module):
    """What a kind may be: itself, a module's constant, or for an f-string its fixed pieces with any word between."""
    if isinstance(name, ast.Constant):
        return re.escape(name.value)
    if isinstance(name, ast.Name) and name.id.isupper():
        return re.escape(getattr(import_module(module), name.id))
    if isinstance(name, ast.JoinedStr):
        return "".join(re.escape(each.value) if isinstance(each, ast.Constant) else r"[a-z_]+" for each in name.values)
    return r"(?!)"  # a variable: nobody can tell what it holds


def test_the_scan_finds_what_is_recorded():
    places = dict(recorded())
    assert len(places) > 10
    assert {r"account\.opened", r"audit\.erased", r"[a-z_]+\.[a-z_]+"} <= set(places.values())


@pytest.mark.parametrize(("place", "wanted"), [*recorded()], ids=lambda value: str(value)[:60])
def test_what_the_code_records_has_words(place, wanted):
    assert any(re.fullmatch(wanted, kind.name) for kind in KINDS), (
        f"{place} records a kind that no app has words for: add a Kind to that app's audit_words.py"
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_told_whatever_its_payload_holds(kind):
    ref = Ref("crm.contact", "0", "Anna Berg")
    for data in ({}, {"changes": None}, {"changes": {"x": 1}}, {"entry": {}}, {"changes": {"phone": ["1", "2"]}}):
        assert tell(kind.name, data, ref).text
    assert tell(kind.name, None, ref).text == kind.label


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_an_icon_and_a_label_that_starts_with_a_capital(kind):
    assert drawing(kind.icon)
    assert kind.label[0].isupper()
    assert not kind.label.endswith(".")


def test_what_is_recorded_while_tests_run_is_listened_to(every_event_has_words, in_acme):
    product = compile("import audit\naudit.record(kind, record)", PROJECT / "crm/actions.py", "exec")
    exec(product, {"kind": "account.changed", "record": in_acme})  # noqa: S102
    assert every_event_has_words.found == []
    exec(product, {"kind": "toy.made", "record": in_acme})  # noqa: S102
    assert [said.split()[0] for said in every_event_has_words.found] == ["toy.made"]
    every_event_has_words.found.clear()
