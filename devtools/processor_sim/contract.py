"""What may be asked and must be answered, read from the annotations of the installed SDK.

The SDK is generated from the processor's own description of its interface, so what its parameter classes don't name
the processor refuses, and what its resource classes name without ``Optional`` is always in an answer. Nothing is
imported: the files are parsed, because their names are forward references that can't be evaluated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Json = dict[str, Any]
REMEMBERED = Path(__file__).parent / "contract.txt"

# The services and resources that the simulator knows; everything else is an unknown address to it.
SERVICES = """
    charge credit_note customer customer_payment_method customer_tax_id event invoice invoice_item
    invoice_line_item invoice_payment payment_intent payment_method price product refund setup_intent subscription
    subscription_item webhook_endpoint
"""
RESOURCES = """
    charge credit_note credit_note_line_item customer event invoice invoice_item invoice_line_item invoice_payment
    payment_intent payment_method plan price product refund setup_intent subscription subscription_item tax_id
    webhook_endpoint
"""
# In an answer only where they were asked for by `expand`, or when something has just been made or removed.
INCLUDED_ON_REQUEST = {
    "customer": {"deleted", "cash_balance", "sources", "subscriptions", "tax", "tax_ids"},
    "charge": {"refunds"},
    "invoice": {"deleted", "confirmation_secret", "payments"},
    "price": {"deleted", "currency_options", "tiers"},
    "webhook_endpoint": {"deleted", "secret"},
}


class Refused(Exception):
    """A parameter that the processor would not take."""

    def __init__(self, message: str, param: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


class Incomplete(Exception):
    """An answer of ours that the SDK's annotations don't allow: a mistake in the simulator."""


def sdk() -> Path:
    spec = find_spec("stripe")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package stripe is not installed.")
    return Path(spec.origin).parent


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def api_version() -> str:
    """The version of the interface that this SDK was generated from."""
    for node in ast.walk(_tree(sdk() / "_api_version.py")):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CURRENT":
            return str(ast.literal_eval(node.value))
    raise RuntimeError("stripe/_api_version.py names no version.")


# What may be asked


@dataclass(frozen=True)
class Route:
    """One method and address, and the class that names its parameters."""

    method: str
    path: str
    params: tuple[Path, str] | None

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path) + "/?")


@cache
def routes() -> tuple[Route, ...]:
    return tuple(route for name in SERVICES.split() for route in _routes_of(sdk() / f"_{name}_service.py"))


def _routes_of(file: Path) -> Iterator[Route]:
    tree = _tree(file)
    places = {
        alias.name: sdk().parent / f"{node.module.replace('.', '/')}.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._request":
                name = next((_class_name(a.annotation) for a in function.args.args if a.arg == "params"), None)
                params = (places[name], name) if name in places else None
                yield Route(ast.literal_eval(call.args[0]).lower(), _address(call.args[1]), params)


def _address(node: ast.expr) -> str:
    """The text of ``"/v1/customers/{customer}"`` with or without its ``.format(…)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return str(ast.literal_eval(node))


def _class_name(annotation: ast.expr | None) -> str | None:
    """``Optional["CustomerListParams"]`` → ``CustomerListParams``."""
    found = re.search(r"\w+Params\b", ast.unparse(annotation)) if annotation else None
    return found[0] if found else None


@cache
def _fields(file: Path, *path: str) -> dict[str, ast.expr]:
    """Field → annotation of a class, or of a class inside another."""
    body: list[ast.stmt] = _tree(file).body
    found: dict[str, ast.expr] = {}
    for name in path:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
                found = {k: v for base in bases for k, v in _typed_dict(file, base).items()}
                body = node.body
                break
        else:
            found, body = _typed_dict(file, name), []
    found |= {
        node.target.id: node.annotation
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return found


def _typed_dict(file: Path, name: str) -> dict[str, ast.expr]:
    """``_XBase = TypedDict("XBase", {"from": …})``, for fields that are words of Python."""
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name and isinstance(node.value, ast.Call):
            fields = node.value.args[1]
            if isinstance(fields, ast.Dict):
                return {str(ast.literal_eval(k)): v for k, v in zip(fields.keys, fields.values, strict=True) if k}
    return {}


def _has_class(file: Path, name: str) -> bool:
    return any(isinstance(node, ast.ClassDef) and node.name == name for node in _tree(file).body)


def _alternatives(annotation: ast.expr) -> list[ast.expr]:
    """What an annotation allows, one by one: unions opened, quotes and ``NotRequired`` taken off."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _alternatives(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp):
        return _alternatives(annotation.left) + _alternatives(annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = ast.unparse(annotation.value)
        if outer in ("NotRequired", "Optional"):
            return _alternatives(annotation.slice)
        if outer == "Union" and isinstance(annotation.slice, ast.Tuple):
            return [each for part in annotation.slice.elts for each in _alternatives(part)]
    return [annotation]


def parse(route: Route, given: Json) -> Json:
    """The parameters as values, or ``Refused`` with the words and codes of the processor."""
    if route.params is None:
        if given:
            raise Refused(f"Received unknown parameter: {next(iter(given))}", next(iter(given)), "parameter_unknown")
        return {}
    return _parse_class(*route.params, given, "")


def _parse_class(file: Path, name: str, given: Json, prefix: str) -> Json:
    fields = _fields(file, name)
    full = {key: f"{prefix}[{key}]" if prefix else key for key in {*given, *fields}}
    for key in given:
        if key not in fields:
            raise Refused(f"Received unknown parameter: {full[key]}", full[key], "parameter_unknown")
    for key, annotation in fields.items():
        if key not in given and not ast.unparse(annotation).startswith("NotRequired"):
            raise Refused(f"Missing required param: {full[key]}.", full[key], "parameter_missing")
    return {key: _parse(file, fields[key], value, full[key]) for key, value in given.items()}


def _parse(file: Path, annotation: ast.expr, value: Any, param: str) -> Any:
    """The value in the first of the allowed shapes that it fits."""
    choices = _alternatives(annotation)
    if isinstance(value, dict):
        return _parse_branch(file, choices, value, param)
    words = [str(word) for each in choices if ast.unparse(each).startswith("Literal[") for word in _literals(each)]
    if value in words:
        return value
    kinds = {ast.unparse(each) for each in choices}
    if "bool" in kinds and value in ("true", "false"):
        return value == "true"
    if "int" in kinds and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kinds & {"float", "Decimal"} and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return value if "Decimal" in kinds else float(value)
    if kinds & {"str", "Any"} and not [word for word in words if word]:
        return value
    raise _misfit(kinds, [word for word in words if word], value, param)


def _literals(node: ast.expr) -> list[Any]:
    assert isinstance(node, ast.Subscript)  # noqa: S101  (told apart by its text)
    inner = ast.literal_eval(node.slice)
    return list(inner) if isinstance(inner, tuple) else [inner]


def _parse_branch(file: Path, choices: list[ast.expr], value: Json, param: str) -> Any:
    for each in choices:
        text = ast.unparse(each)
        if isinstance(each, ast.Subscript) and text.startswith("List[") and all(key.isdigit() for key in value):
            members = [value[key] for key in sorted(value, key=int)]
            return [_parse(file, each.slice, member, f"{param}[{i}]") for i, member in enumerate(members)]
        if text.startswith(("Dict[", "UntypedStripeObject[")):
            return value
        if isinstance(each, ast.Name) and _has_class(file, each.id):
            return _parse_class(file, each.id, value, param)
    raise Refused(f"Invalid {param}: a group of values is not allowed here", param)


def _misfit(kinds: set[str], words: list[str], value: Any, param: str) -> Refused:
    if words:
        return Refused(f"Invalid {param}: must be one of {', '.join(words)}", param)
    if "int" in kinds:
        return Refused(f"Invalid integer: {value}", param, "parameter_invalid_integer")
    if "bool" in kinds:
        return Refused(f"Invalid boolean: {value}", param)
    if kinds & {"float", "Decimal"}:
        return Refused(f"Invalid decimal: {value}", param)
    return Refused(f"Invalid {'array' if any(k.startswith('List') for k in kinds) else 'object'}", param)


# What must be answered


@cache
def _resources() -> dict[str, tuple[Path, str]]:
    """``subscription`` → the file and class that say what a subscription holds."""
    found = {}
    for name in RESOURCES.split():
        file = sdk() / f"_{name}.py"
        for node in _tree(file).body:
            if isinstance(node, ast.ClassDef):
                kind = _fields(file, node.name).get("object")
                if kind is not None:
                    found[str(_literals(kind)[0])] = (file, node.name)
    return found


def complete(thing: Any) -> Any:
    """An object as it goes over the wire: every field that its class names, in it and in all that it holds."""
    if isinstance(thing, list):
        return [complete(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    kind = _kind(thing)
    if kind == "list":
        return {**thing, "data": complete(thing["data"])}
    if kind not in _resources() or thing.get("deleted"):
        return thing
    file, name = _resources()[kind]
    return _complete_class(file, (name,), thing, kind, INCLUDED_ON_REQUEST.get(kind, {"deleted"}))


def _kind(thing: Json) -> str:
    """``subscription``; nothing for a part of an object, such as an event's ``data``, whose ``object`` is no word."""
    kind = thing.get("object")
    return kind if isinstance(kind, str) else ""


def _complete_class(file: Path, path: tuple[str, ...], thing: Json, label: str, may_miss: set[str]) -> Json:
    fields = {key: value for key, value in _fields(file, *path).items() if key != "OBJECT_NAME"}
    if unknown := set(thing) - set(fields):
        raise Incomplete(f"{label} holds {', '.join(sorted(unknown))}, which the SDK does not know")
    answer: Json = {}
    for key, annotation in fields.items():
        value = thing.get(key)
        if value is None:
            if key in may_miss and key not in thing:
                continue
            if not ast.unparse(annotation).startswith("Optional["):
                raise Incomplete(f"{label}.{key} is missing")
            answer[key] = None
        else:
            answer[key] = _complete_field(file, path, annotation, value, f"{label}.{key}")
    return answer


def _complete_field(file: Path, path: tuple[str, ...], annotation: ast.expr, value: Any, label: str) -> Any:
    if isinstance(value, dict) and not _kind(value):
        for each in _alternatives(annotation):
            if isinstance(each, ast.Name) and (fields := _inner(file, path, each.id)):
                return _complete_class(file, fields, value, label, set())
        return value
    if isinstance(value, list) and value and isinstance(value[0], dict) and not _kind(value[0]):
        inner = next(e for e in _alternatives(annotation) if isinstance(e, ast.Subscript))
        return [_complete_field(file, path, inner.slice, each, f"{label}[]") for each in value]
    return complete(value)


def _inner(file: Path, path: tuple[str, ...], name: str) -> tuple[str, ...] | None:
    """Where the class of that name stands: inside this class, or inside one around it."""
    for depth in range(len(path), 0, -1):
        if _fields(file, *path[:depth], name):
            return (*path[:depth], name)
    return None


def complete_error(body: Json) -> Json:
    """An error, with the objects that it tells of."""
    return {"error": {key: complete(value) for key, value in body["error"].items()}}


def outline() -> list[str]:
    """Every address and every field, one a line: what `contract.txt` remembers of the version we were built for.

    `python -m devtools.processor_sim.contract` writes it anew, once whoever upgrades has read what changed.
    """
    lines = [f"version {api_version()}"]
    for route in routes():
        lines.append(f"{route.method} {route.path}")
        fields = _fields(*route.params) if route.params else {}
        for key, annotation in fields.items():
            must = "" if ast.unparse(annotation).startswith("NotRequired") else " (must be given)"
            lines.append(f"{route.method} {route.path} {key}{must}")
    for kind, (file, name) in sorted(_resources().items()):
        for key, annotation in _fields(file, name).items():
            may_be_null = ast.unparse(annotation).startswith("Optional") or key == "OBJECT_NAME"
            lines.append(f"{kind}.{key}{'' if may_be_null else ' (always there)'}")
    return lines


def changes(old: list[str], new: list[str]) -> list[str]:
    """What came and what went, in words: for whoever upgrades the SDK."""
    return [f"gone: {line}" for line in old if line not in new] + [f"new: {line}" for line in new if line not in old]


if __name__ == "__main__":
    REMEMBERED.write_text("\n".join(outline()) + "\n")
