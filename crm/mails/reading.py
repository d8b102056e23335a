"""Making sense of one letter (RFC 5322): who wrote to whom, when, what it says and what came with it.

Nothing here asks the database, and nothing that is read is ever shown as HTML: a page in a mail becomes text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, cast

from crm.mails.pages import text_of_page
from crm.models.mails import EARLIEST
from lib import cards

LONGEST_BODY = 200_000
LONGEST_HEADER = 20_000
LONGEST_PAGE = 2_000_000  # of HTML
MOST_LINES_ABOVE = 400  # of a forwarder's own words
MOST_HEADS = 12  # lines of header above a forwarded text
CUT = "\n\n[The rest of this mail was too long to keep.]"
_ROBOT = ("auto_reply", "bulk", "junk")
_FORWARD = re.compile(r"^\s*(?:(?:fwd?|wg|tr|i|rv|enc|doorst|vs|vb|vidaresänd)\s*:\s*)+", re.IGNORECASE)
# The first lines of a forwarded mail, as programs write them in several languages.
_FROM = r"(?:from|von|de|da|van|fra|från)"
_DATE = r"(?:date|sent|datum|gesendet|envoyé|enviado|fecha|data|inviato|verzonden|dato|sendt|skickat)"
_SUBJECT = r"(?:subject|betreff|objet|asunto|oggetto|onderwerp|emne|ämne|assunto)"
_TO = r"(?:to|an|à|para|a|aan|til|till|cc|kopie)"
_HEADER = re.compile(rf"^[>*\s]*({_FROM}|{_DATE}|{_SUBJECT}|{_TO})\s?\*?\s?:\s?\*?\s?(.+)$", re.IGNORECASE)
_DASHES = re.compile(r"^[>\s]*(?:-{3,}.{3,60}-{3,}|_{10,}|.{0,40}forwarded message.{0,20}:)\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
OWN_ADDRESS = "[own log address]"


@dataclass(frozen=True)
class Person:
    """Somebody in a header."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name and self.name != self.email else self.email


@dataclass(frozen=True)
class Attached:
    """A file of a mail, as it came."""

    name: str
    content: bytes


@dataclass
class Letter:
    """A mail in plain words. ``forwarder``: who sent it to us, where what counts is the mail inside."""

    people_from: list[Person]
    people_to: list[Person]
    subject: str
    sent_at: datetime | None
    body: str
    message_id: str
    is_automatic: bool
    attachments: list[Attached] = field(default_factory=list)
    forwarder: Person | None = None

    @property
    def sender(self) -> Person | None:
        return self.people_from[0] if self.people_from else None

    @property
    def outer_senders(self) -> list[Person]:
        """Who sent it to us, by its own words."""
        return [self.forwarder] if self.forwarder else self.people_from


class _ShortHeaders(EmailPolicy):
    """The library takes long over long headers."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)  # type: ignore[arg-type]
        return name, value[:LONGEST_HEADER]


def read(raw: bytes, *, log_domain: str) -> Letter:
    """The letter. One that went to nobody but our own addresses is a forwarded one: the mail inside counts."""
    message = cast(EmailMessage, message_from_bytes(raw, policy=_ShortHeaders()))
    letter = _letter(message)
    if letter.sender and not _others(letter.people_to, log_domain):
        letter = _unwrapped(message, letter)
    return _without_own_address(letter, log_domain)


def _others(people: list[Person], log_domain: str) -> list[Person]:
    return [person for person in people if not person.email.endswith(f"@{log_domain.lower()}")]


def _without_own_address(letter: Letter, log_domain: str) -> Letter:
    """A log address is a secret of its member: it stays out of what others may read, wherever the mail names it."""
    own = re.compile(rf"log-[a-z2-9]{{27}}@{re.escape(log_domain)}", re.IGNORECASE)
    letter.people_from, letter.people_to = (
        [Person(own.sub(OWN_ADDRESS, person.name), person.email) for person in _others(people, log_domain)]
        for people in (letter.people_from, letter.people_to)
    )
    letter.subject, letter.body = (cards.hide(own.sub(OWN_ADDRESS, text)) for text in (letter.subject, letter.body))
    return letter


def _letter(message: EmailMessage) -> Letter:
    texts = list(_texts(message))
    return Letter(
        people_from=_people(message, "From"),
        people_to=_people(message, "To", "Cc"),
        subject=_line(message, "Subject"),
        sent_at=_moment(_line(message, "Date")),
        body=_shortened("\n".join(texts)),
        message_id=_line(message, "Message-ID")[:300],
        is_automatic=_is_automatic(message),
        attachments=list(_attached(message)),
    )


def _unwrapped(message: EmailMessage, outer: Letter) -> Letter:
    """What was forwarded: as a mail inside the mail, or with its first lines in the text."""
    inside = next((part for part in message.walk() if part.get_content_type() == "message/rfc822"), None)
    if inside is not None and isinstance(content := inside.get_payload(), list) and content:
        found = _letter(cast(EmailMessage, content[0]))
        found.message_id = found.message_id or outer.message_id
    else:
        found = _quoted(outer)
    found.forwarder, found.is_automatic = outer.sender, outer.is_automatic
    return found


def _quoted(outer: Letter) -> Letter:
    """By the lines above a forwarded text; without any it is the forwarder's own letter."""
    lines = outer.body.splitlines()
    for start in range(min(len(lines), MOST_LINES_ABOVE)):
        heads, end = _heads(lines, start)
        sender = _ADDRESS.search(heads.get("from", ""))
        if sender and (len(heads) > 2 or (len(heads) == 2 and _opens(lines, start))):
            own_words = [line for line in lines[:start] if line.strip() and not _is_dashes(line)]
            return Letter(
                people_from=[Person(_name_before(heads["from"]), sender[0].lower())],
                people_to=[Person("", each.lower()) for each in _ADDRESS.findall(heads.get("to", ""))],
                subject=heads.get("subject") or _FORWARD.sub("", outer.subject),
                sent_at=_moment(heads.get("date", "")) or outer.sent_at,
                body="\n".join([*own_words, *lines[end:]]).strip(),
                message_id=outer.message_id,
                is_automatic=False,
                attachments=outer.attachments,
            )
    outer.subject = _FORWARD.sub("", outer.subject)
    return outer


def _heads(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """The header lines that begin here, and where they end."""
    kinds = {"from": _FROM, "date": _DATE, "subject": _SUBJECT, "to": _TO}
    found: dict[str, str] = {}
    end = start
    while end < min(len(lines), start + MOST_HEADS) and (match := _HEADER.match(lines[end])):
        kind = next(name for name, words in kinds.items() if re.fullmatch(words, match[1], re.IGNORECASE))
        found.setdefault(kind, match[2].strip(" *"))
        end += 1
    return found, end


def _opens(lines: list[str], start: int) -> bool:
    """Whether a line of dashes, as programs draw it, stands above."""
    above = [line for line in lines[max(0, start - 2) : start] if line.strip()]
    return bool(above) and _is_dashes(above[-1])


def _is_dashes(line: str) -> bool:
    return len(line) < 200 and bool(_DASHES.match(line))


def _name_before(text: str) -> str:
    return text.split("<")[0].split("[mailto")[0].strip(" \"'*") if "<" in text or "[mailto" in text else ""


def _is_automatic(message: EmailMessage) -> bool:
    """Answers of programs, which would answer each other for ever (RFC 3834)."""
    if _line(message, "Auto-Submitted").lower() not in ("", "no"):
        return True
    is_robot = _line(message, "Precedence").lower() in _ROBOT and "List-Id" not in message
    return is_robot or "X-Autoreply" in message or _line(message, "Return-Path") == "<>"


def _line(message: EmailMessage, name: str) -> str:
    """A header as one line; empty where it is missing or can't be read."""
    try:
        return " ".join(str(message.get(name, "")).replace("\0", "").split())
    except Exception:  # the library's parsers raise whatever a broken header makes them
        return ""


def _people(message: EmailMessage, *names: str) -> list[Person]:
    texts = [_line(message, name) for name in names]
    found: dict[str, Person] = {}
    for name, address in getaddresses(texts):
        if "@" in address:
            found.setdefault(address.lower()[:320], Person(name.replace("\0", "").strip()[:200], address.lower()[:320]))
    return list(found.values())


def _moment(text: str) -> datetime | None:
    """When it was sent; None where that can't be: it would stand on top of a timeline for ever."""
    try:
        found = parsedate_to_datetime(text)
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if is_possible(moment) else None


def is_possible(moment: datetime) -> bool:
    """Whether a mail may have been sent then; clocks and zones differ by less than a day."""
    return EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=1)


# ------------------------------------------------------------------------------------------------ what it says


def _texts(message: EmailMessage) -> Iterator[str]:
    try:
        part: Any = message.get_body(("plain", "html"))
    except Exception:  # a broken structure
        part = None
    if part is None:
        return
    text = _decoded(part)
    if part.get_content_type() != "text/html":
        yield text
    else:
        yield text_of_page(text[:LONGEST_PAGE]) + (CUT if len(text) > LONGEST_PAGE else "")


def _decoded(part: EmailMessage) -> str:
    """A part's text in its own charset, or in the likeliest where that does not exist or is not kept to."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return _tidy(content.decode(charset))
        except (LookupError, UnicodeError):
            continue
    return _tidy(content.decode("utf-8", "replace"))


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_BODY else text[:LONGEST_BODY] + CUT


def _attached(message: EmailMessage) -> Iterator[Attached]:
    """Every part that is a file of its own, pictures inside the text included."""
    body = message.get_body(("plain", "html")) if message.is_multipart() else message
    for part in message.walk():
        if part is body or part.is_multipart() or not _is_file(part, has_other_body=body is not None):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield Attached(_file_name(part), content)


def _is_file(part: EmailMessage, *, has_other_body: bool) -> bool:
    if part.get_content_disposition() == "attachment" or _file_name(part):
        return True
    return part.get_content_maintype() != "text" or not has_other_body


def _file_name(part: EmailMessage) -> str:
    try:
        return (part.get_filename() or "")[:255]
    except Exception:  # see _line
        return ""
