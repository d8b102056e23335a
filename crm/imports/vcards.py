"""vCard files as Google, Outlook, Apple and old phones write them: versions 2.1, 3.0 and 4.0, well or badly.

A card becomes a row of a table with the fixed columns below, so everything after this works as for a CSV.
What is not one of our fields still lands in a column, and so on the screen: nothing is left out unseen.
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

COLUMNS = (
    "First name",
    "Middle name",
    "Last name",
    "Name prefix",
    "Name suffix",
    "Full name",
    "Company",
    "Department",
    "Job title",
    "Role",
    "E-mail",
    "Phone",
    "Fax",
    "Street",
    "Postal code",
    "City",
    "Region",
    "Country",
    "Other addresses",
    "Website",
    "Categories",
    "Note",
    "Birthday",
    "Other properties",
    "Left out",
)
SEPARATOR = " ::: "
PICTURES = {"PHOTO", "LOGO", "SOUND", "KEY"}
TECHNICAL = [
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "UID",
    "REV",
    "KIND",
    "MAILER",
    "SORT-STRING",
    "CLASS",
    "NAME",
    "PROFILE",
    "SOURCE",
    "CLIENTPIDMAP",
    "XML",
    "LABEL",
    "TZ",
    "GEO",
]
PLAIN = {
    "TITLE": "Job title",
    "ROLE": "Role",
    "NOTE": "Note",
    "URL": "Website",
    "BDAY": "Birthday",
    "EMAIL": "E-mail",
}


class BrokenCard(Exception):
    """The card can't be read; the message says why."""


@dataclass(frozen=True)
class Property:
    name: str
    value: str  # decoded, still escaped
    types: frozenset[str] = field(default_factory=frozenset)
    group: str = ""
    label: str = ""


def looks_like_vcards(text: str) -> bool:
    return text.lstrip("\ufeff\x00 \t\r\n")[:11].upper() == "BEGIN:VCARD"


def cards(lines: Iterable[str], *, is_raw: bool = False) -> Iterator[tuple[dict[str, str], str, str]]:
    """(values by column, sentence why not, the card as it stands) of every card and of what is in between.

    ``is_raw`` says that each character stands for one byte, so that every property can have its own charset.
    """
    for text, problem in _cut(lines):
        values = {}
        if not problem:
            try:
                values = _values(list(_properties(text, is_raw)))
            except BrokenCard as broken:
                problem = str(broken)
        yield values, problem, "\n".join(text)


# ---------------------------------------------------------------------------------------- cutting


def _cut(lines):
    """Each card's lines, whole or broken; a missing END does not swallow the card that follows."""
    card, depth, is_agent = [], 0, False
    for line in lines:
        line = line.rstrip("\r\n").removeprefix("\ufeff")
        word = line.strip().upper()
        if word == "BEGIN:VCARD" and depth and not is_agent:
            yield card, "The card has no END:VCARD; the file may have been cut off."
            card, depth = [line], 1
        elif word == "BEGIN:VCARD":
            if card and not depth:
                yield card, "These lines stand between two cards and belong to neither."
                card = []
            card, depth = [*card, line], depth + 1
        elif word == "END:VCARD" and depth:
            card.append(line)
            depth -= 1
            if not depth:
                yield card, ""
                card = []
        elif word or depth:
            card.append(line)
        is_agent = word.startswith("AGENT")
    if any(line.strip() for line in card):
        yield (
            card,
            (
                "The card has no END:VCARD; the file may have been cut off."
                if depth
                else "These lines stand between two cards and belong to neither."
            ),
        )


# ---------------------------------------------------------------------------------------- properties


def _properties(lines, is_raw):
    depth = 0
    for line in _unfolded(lines):
        if line.upper().startswith("BEGIN:"):
            depth += 1
        if depth == 1 and line.strip():
            yield _property(line, is_raw)
        if line.upper().startswith("END:"):
            depth -= 1


LINES_OF_A_HEAD = 10  # looking further would cost the square of a long picture


def _unfolded(lines):
    """Logical lines: folded ones joined, quoted-printable soft breaks joined, unindented base64 joined."""
    logical: list[str] = []
    is_quoted = is_base64 = False
    for line in lines:
        if is_quoted and logical[-1].endswith("="):
            logical += ["\n", line]
        elif line[:1] in {" ", "\t"} and logical:
            logical.append(line[1:])
        elif is_base64 and re.fullmatch(r"[A-Za-z0-9+/=]*", line.strip()):
            logical.append(line.strip())
        else:
            if logical:
                yield "".join(logical)
            logical = [line]
        if len(logical) <= LINES_OF_A_HEAD:
            head = "".join(logical).partition(":")[0].upper()
            is_quoted, is_base64 = "QUOTED-PRINTABLE" in head, "BASE64" in head or "ENCODING=B" in head
    if logical:
        yield "".join(logical)


_HEAD = re.compile(r'((?:[\w-]+\.)?)([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';((?:[^";]|"[^"]*")*)')


def _property(line, is_raw):
    match = _HEAD.fullmatch(line.strip("\r\n"))
    if not match:
        raise BrokenCard(f"The line “{line[:60]}” of the card can't be read: it has no name and colon.")
    group, name, parameters, value = match.groups()
    types, encoding, charset = set(), "", ""
    for parameter in _PARAMETER.findall(parameters):
        key, equals, text = parameter.upper().partition("=")
        if not equals:
            key, text = ("ENCODING", key) if key in {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"} else ("TYPE", key)
        if key == "TYPE":
            types.update(text.strip('"').split(","))
        elif key == "PREF":
            types.add("PREF")
        elif key == "ENCODING":
            encoding = text
        elif key == "CHARSET":
            charset = text.strip('"')
    value = _decoded(value, encoding, charset, is_raw)
    return Property(name.upper(), value, frozenset(types), group.rstrip(".").lower())


def _decoded(value, encoding, charset, is_raw):
    if encoding == "QUOTED-PRINTABLE":
        data = quopri.decodestring(value.encode("latin-1" if is_raw else "utf-8"))
    elif is_raw:
        data = value.encode("latin-1")
    else:
        return value
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", "replace")


# ---------------------------------------------------------------------------------------- values

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _plain(text):
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], text).replace("\r\n", "\n").strip()


def _parts(text, separator=";"):
    """Split at separators that no backslash precedes, then unescape."""
    found = re.findall(rf"((?:\\(?:.|$)|[^\\{separator}])*)(?:{separator}|$)", text, re.DOTALL)
    return [_plain(part) for part in found[:-1]] or [""]


def _values(properties):
    values = {column: [] for column in COLUMNS}
    labels = {p.group: _plain(p.value) for p in properties if p.name == "X-ABLABEL" and p.group}
    if any("KIND" in p.name and p.value.strip().lower() == "group" for p in properties):
        raise BrokenCard("The card is a group, not a person. Its members are imported from their own cards.")
    for item in sorted(properties, key=lambda p: "PREF" not in p.types):
        _take(item, values, labels.get(item.group, ""))
    _addresses([p for p in properties if p.name == "ADR"], values)
    if not any([*values["First name"], *values["Last name"]]) and values["Full name"] == values["Company"]:
        values["Full name"] = []  # so Apple writes a firm
    return {column: SEPARATOR.join(dict.fromkeys(filter(None, found))) for column, found in values.items()}


def _take(item, values, label):
    if item.name == "N":
        names = [*_parts(item.value), "", "", "", "", ""]
        for column, name in zip(
            ("Last name", "First name", "Middle name", "Name prefix", "Name suffix"), names, strict=False
        ):
            values[column].append(name)
    elif item.name == "FN":
        values["Full name"].append(_plain(item.value))
    elif item.name == "ORG":
        company, *units = _parts(item.value)
        values["Company"].append(company)
        values["Department"].append(", ".join(filter(None, units)))
    elif item.name == "TEL":
        number = re.sub(r"^tel:", "", _plain(item.value), flags=re.IGNORECASE)
        values["Fax" if item.types & {"FAX", "PAGER"} else "Phone"].append(number)
    elif item.name == "CATEGORIES":
        values["Categories"].extend(_parts(item.value, ","))
    elif item.name in PICTURES:
        values["Left out"].append(f"The {item.name.lower()} of the card was left out.")
    elif item.name in PLAIN:
        values[PLAIN[item.name]].append(re.sub(r"^mailto:", "", _plain(item.value), flags=re.IGNORECASE))
    elif item.name not in {*TECHNICAL, "ADR"} and not item.name.startswith(("X-AB", "X-ADDRESSBOOK")):
        text = ", ".join(filter(None, _parts(item.value)))
        if text:
            values["Other properties"].append(f"{label.strip('_$!<>') or item.name.removeprefix('X-').title()}: {text}")


def _addresses(found, values):
    """The work address first, else the preferred or first one; any other is kept as one line."""
    found = sorted(found, key=lambda p: ("WORK" not in p.types, "PREF" not in p.types))
    for number, item in enumerate(found):
        box, extra, street, city, region, code, country, *_ = [*_parts(item.value), *[""] * 7]
        street = "\n".join(filter(None, [street, extra, box]))
        if number == 0:
            for column, text in (
                ("Street", street),
                ("Postal code", code),
                ("City", city),
                ("Region", region),
                ("Country", country),
            ):
                values[column].append(text)
        else:
            line = ", ".join(filter(None, [*street.splitlines(), f"{code} {city}".strip(), region, country]))
            values["Other addresses"].append(line)
