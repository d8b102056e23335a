#!/usr/bin/env python3
"""Verify a log that Candor exported: python3 candor_verify.py LOG.jsonl [--anchor FILE] [--key KEY]
or a certificate of erasure: python3 candor_verify.py --certificate FILE [--key KEY]

Needs Python 3.9 or newer, nothing else, and asks nobody. An anchor is what you kept from earlier: an export, a
signed checkpoint, or a line "candor LOG NUMBER LINK". A key is a line of /.well-known/access-log/keys.
Exit code 0: nothing wrong was found. 1: there are findings. 2: the file could not be read.

How it holds together; every hash is SHA-256, "spelled" means JSON with sorted keys, without spaces, in UTF-8:
  commitment  hash of salt + spelled words: the words of an event may be erased, the event keeps this
  link        hash of spelled ["candor link", 1, number, link before, fields of the event, time of sealing];
              the first one follows the hash of spelled ["candor log", 1, log]
  head        spelled ["candor head", 1, log, number of links, last link]
  checkpoint  spelled ["candor checkpoint", 1, number, time, count of heads, root of the tree of all heads]
  signature   Ed25519, as a C2SP signed note, over the root of the tree of all checkpoints so far
Both trees are those of RFC 6962. Candor itself makes and checks its logs with the functions of this file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

EVENT_FIELDS = ("id", "kind", "actor_kind", "actor_id", "record_type", "record_id", "commitment", "written_at")
ERASED = "audit.erased"
EMPTIED = "audit.emptied"  # the last event of a log: the words of all of it are gone, its own too
PLACES = ("log", "key", "checkpoint", "proof", "event", "end")  # each line is checked against those before it
WAITS_AT_MOST = 600  # seconds that an event may wait for its seal before that is a finding
DAY = 86400
DUE_AFTER = 7200  # seconds after which a next checkpoint should be there
SHOWN_AT_MOST = 200  # findings; the others are counted
MALFORMED = (AttributeError, LookupError, RecursionError, TypeError, ValueError)  # what reading nonsense ends in
Line = dict


# ---- Spelling and hashes


def spelled(value: Any) -> str:
    """The one spelling of a value that a hash is made from."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def commitment(salt: bytes, words: str) -> bytes:
    """Proves the words of an event without holding them."""
    return sha256(salt + words.encode())


def first_link(log: str) -> bytes:
    """What the first link of a log follows."""
    return sha256(spelled(["candor log", 1, log]).encode())


def link(number: int, before: bytes, event: Line, sealed_at: str) -> bytes:
    """One link of the chain: an event in its place."""
    fields = [event[name] for name in EVENT_FIELDS]
    return sha256(spelled(["candor link", 1, number, before.hex(), *fields, sealed_at]).encode())


# ---- Trees as in RFC 6962


def leaf(value: list[Any]) -> bytes:
    return sha256(b"\0" + spelled(value).encode())


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right)


def head_leaf(log: str, length: int, last: str) -> bytes:
    return leaf(["candor head", 1, log, length, last])


def checkpoint_leaf(number: int, made_at: str, heads: int, root: str) -> bytes:
    return leaf(["candor checkpoint", 1, number, made_at, heads, root])


class Tree:
    """A tree that grows by one leaf at a time; holds only the roots of its full parts."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[bytes] = []

    def append(self, hash_: bytes) -> None:
        merges = self.size
        while merges & 1:
            hash_ = node(self.parts.pop(), hash_)
            merges >>= 1
        self.parts.append(hash_)
        self.size += 1

    def root(self) -> bytes:
        if not self.parts:
            return sha256(b"")
        root, *others = reversed(self.parts)
        for part in others:
            root = node(part, root)
        return root


def levels(leaves: list[bytes]) -> list[list[bytes]]:
    """The rows of a tree, from its leaves to its root; one without a neighbour moves up as it is."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node(*row[at : at + 2]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)])
    return rows


def path_of(rows: list[list[bytes]], position: int) -> list[bytes]:
    """The neighbours by which a leaf reaches the root."""
    path = []
    for row in rows[:-1]:
        if position ^ 1 < len(row):
            path.append(row[position ^ 1])
        position >>= 1
    return path


def root_by_path(hash_: bytes, position: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a leaf at this position reaches by these neighbours; None when they don't fit the size."""
    if not 0 <= position < size:
        return None
    given = list(reversed(path))
    while size > 1:
        if position ^ 1 < size:
            if not given:
                return None
            hash_ = node(given.pop(), hash_) if position & 1 else node(hash_, given.pop())
        position, size = position >> 1, (size + 1) >> 1
    return None if given else hash_


# ---- Ed25519 (RFC 8032), verification alone: nothing here is secret, so nothing needs to be constant in time

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple


def _add(a: Point, b: Point) -> Point:
    """The sum of two points in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _point(text: bytes) -> Point | None:
    """The point that these 32 bytes spell, or None."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """True when the owner of this public key signed these bytes."""
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    key, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    left, right = _times(s, BASE), _add(r, _times(h, key))
    return not any((left[at] * right[2] - right[at] * left[2]) % P for at in (0, 1))


# ---- Keys and signed notes (C2SP signed-note and tlog-checkpoint)


class Key(NamedTuple):
    """A public key as one line: NAME+ID+BASE64."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def of(cls, name: str, public: bytes) -> Key:
        return cls(name, sha256(name.encode() + b"\n\x01" + public)[:4], public)

    @classmethod
    def read(cls, line: str) -> Key:
        name, _, rest = line.strip().partition("+")
        claimed, _, coded = rest.partition("+")
        raw = base64.b64decode(coded, validate=True)
        key = cls.of(name, raw[1:])
        if len(raw) != 33 or raw[0] != 1 or key.id.hex() != claimed:
            raise ValueError(f"{line!r} is no Ed25519 key")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    @property
    def short(self) -> str:
        return f"{self.name}+{self.id.hex()}"


class Note(NamedTuple):
    """A signed text: its body, and the signatures by (name, key id)."""

    body: str
    signatures: dict

    @classmethod
    def read(cls, text: str) -> Note:
        body, blank, tail = text.rpartition("\n\n")
        found = {}
        for line in tail.splitlines():
            dash, name, coded = line.split(" ")
            raw = base64.b64decode(coded, validate=True)
            if dash != "—" or len(raw) != 68:
                raise ValueError(f"{line!r} is no signature")
            found[name, raw[:4]] = raw[4:]
        if not blank or not found:
            raise ValueError("the note has no signature")
        return cls(body + "\n", found)

    def checkpoint(self) -> tuple[int, bytes]:
        """Size and root, when the note is a checkpoint."""
        _, size, root = self.body.splitlines()[:3]
        return int(size), base64.b64decode(root, validate=True)


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def signature_line(key: Key, signature: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def change_body(old: Key, new: Key, at: str) -> str:
    """What both keys sign when the second takes over from the first."""
    return f"candor key change\n{old}\n{new}\n{at}\n"


# ---- Certificates of erasure


def certificate_body(facts: Line) -> str:
    """What is signed of a certificate."""
    return f"candor certificate of erasure\n{spelled(facts)}\n"


def check_certificate(text: str, trusted: Iterable[Key] = ()) -> list[str]:
    """What is wrong with a certificate of erasure: it is not as it was signed, or by no key that is trusted."""
    try:
        given = json.loads(text)
        key, body = Key.read(given["key"]), certificate_body(given["certificate"])
        note = Note.read(f"{body}\n{given['signature']}")
    except MALFORMED as error:
        return [f"This is no certificate ({type(error).__name__}: {error})."]
    found = []
    if not is_signed(key.public, body.encode(), note.signatures.get((key.name, key.id), b"")):
        found.append("What it says is not what was signed.")
    if trusted and key not in set(trusted):
        found.append(f"It is signed with {key.short}, which is none of the keys that you trust.")
    return found


def show_certificate(text: str, findings: list[str]) -> str:
    """A certificate in a few lines."""
    if findings:
        return "Found:\n" + "\n".join(f"  - {line}" for line in findings)
    given = json.loads(text)
    facts, rows = given["certificate"], given["certificate"]["rows"]
    erased = sum(each["erased"] for each in rows.values())
    return (f"The certificate is as {Key.read(given['key']).short} signed it. Compare that key with one you kept.\n"
            f"{facts['scope']['kind']} {facts['scope']['id']}, {facts['state']}: {erased} rows of {len(rows)} tables "
            f"erased at {facts['erased_at']}.")  # fmt: skip


# ---- The check itself


class Anchor:
    """What a customer kept from earlier: heads of the log, signed checkpoints, keys."""

    def __init__(self, text: str, name: str = "your anchor") -> None:
        self.name = name
        self.heads: list[tuple[str, int, str]] = []
        self.notes: list[Note] = []
        self.keys: list[Key] = []
        if text.lstrip().startswith("{"):
            for line in map(json.loads, text.splitlines()):
                self._take(line)
        else:
            said = re.findall(r"\bcandor ([0-9a-f-]{36}) (\d+) ([0-9a-f]{64})\b", text)
            self.heads = [(log, int(number), last) for log, number, last in said]
            self.notes = [Note.read(text)] if "\n\n— " in text else []
        if not (self.heads or self.notes):
            raise ValueError(f"{name} holds neither a head nor a signed checkpoint")

    def _take(self, line: Line) -> None:
        if line["type"] == "end" and line["number"]:
            self.heads.append((line["log"], line["number"], line["link"]))
        if line["type"] == "key":
            self.keys.append(Key.read(line["key"]))
        if line["type"] == "checkpoint" and line.get("note"):
            self.notes.append(Note.read(line["note"]))


class Report:
    """What a check found: facts it proved, findings, and what it cannot prove. Each is a list of sentences."""

    def __init__(self) -> None:
        self.proved: list[str] = []
        self.findings: list[str] = []
        self.not_proved: list[str] = []
        self.more = 0  # findings beyond those shown
        self.sealed = self.unsealed = self.erased = self.covered = 0
        self.checkpoint: str | None = None  # when the last one was made
        self.key: str | None = None  # which key signed it
        self.anchor = ""  # where the log stands, to be kept and given next time

    def find(self, sentence: str) -> None:
        if len(self.findings) < SHOWN_AT_MOST:
            self.findings.append(sentence)
        else:
            self.more += 1


class Check:
    """Reads an export line by line and holds nothing of it but its checkpoints."""

    def __init__(
        self,
        anchors: Iterable[Anchor] = (),
        trusted: Iterable[Key] = (),
        verify: Callable[[bytes, bytes, bytes], bool] = is_signed,
    ) -> None:
        self.anchors = list(anchors)
        self.trusted = {*trusted, *(key for anchor in self.anchors for key in anchor.keys)}
        self.verify = verify
        self.report = Report()
        self.keys: dict[tuple[str, bytes], Key] = {(key.name, key.id): key for key in self.trusted}
        self.changes: list[tuple[Key, Key, str]] = []  # (old, new, when)
        self.tree = Tree()
        self.checkpoints: list[tuple[str, int, str]] = []
        self.roots: dict[int, list[tuple[bytes, str]]] = {}
        self.heads: dict[int, list[tuple[str, str]]] = {}
        self.proofs: list[tuple[int, int]] = []  # (length, checkpoint)
        self.missing_words: dict[str, int] = {}
        self.uncovered: set[int] = set()
        self.number, self.latest, self.mistimed = 0, "", 0
        self.log = self.made_at = ""
        self.before = b""
        self.rank, self.is_whole = 0, False
        self.has_words = self.is_emptied = False

    def read(self, lines: Iterable[Line]) -> Report:
        """Check all lines and say what they prove."""
        for place, line in enumerate(lines, 1):
            try:
                self._take_place(place, line["type"])
                getattr(self, "_read_" + line["type"])(line)
            except MALFORMED as error:
                self.report.find(f"Line {place} is not what Candor writes ({type(error).__name__}: {error}).")
        self._conclude()
        return self.report

    def _take_place(self, place: int, kind: str) -> None:
        """A line in another place than Candor writes it might be checked against nothing."""
        rank = PLACES.index(kind)
        if rank < self.rank or self.is_whole or (kind == "log") != (place == 1):
            self.report.find(f"Line {place} does not belong there: the order is {', '.join(PLACES)}.")
        self.rank = rank

    def _read_log(self, line: Line) -> None:
        self.log, self.made_at = line["log"], a_time(line["made_at"])
        self.before = first_link(self.log)
        for anchor in self.anchors:
            for log, number, last in anchor.heads:
                if log == self.log:
                    self.heads.setdefault(number, []).append((last, anchor.name))
                else:
                    self.report.find(f"This is another log ({self.log}) than that of {anchor.name} ({log}).")
            for note in anchor.notes:
                size, root = note.checkpoint()
                self.roots.setdefault(size, []).append((root, anchor.name))

    def _read_key(self, line: Line) -> None:
        key = Key.read(line["key"])
        self.keys[key.name, key.id] = key
        if line.get("change"):
            self._read_change(Note.read(line["change"]))

    def _read_change(self, note: Note) -> None:
        """A change of keys counts when both have signed it."""
        title, old, new, at = note.body.splitlines()[:4]
        pair = Key.read(old), Key.read(new)
        signed = [self.verify(key.public, note.body.encode(), note.signatures.get((key.name, key.id), b""))
                  for key in pair]  # fmt: skip
        if title == "candor key change" and all(signed):
            self.changes.append((*pair, a_time(at)))

    def _read_checkpoint(self, line: Line) -> None:
        number, made_at, heads, root = line["number"], a_time(line["made_at"]), line["heads"], line["root"]
        expected = len(self.checkpoints) + 1
        if number != expected:
            self.report.find(f"Checkpoint {expected} is missing: after {expected - 1} comes {number}.")
        self.checkpoints.append((made_at, heads, root))
        self.tree.append(checkpoint_leaf(number, made_at, heads, root))
        for anchored, name in self.roots.pop(self.tree.size, ()):
            if anchored != self.tree.root():
                self.report.find(f"Checkpoints up to {number} are not those that {name} was signed over.")
        if line.get("note"):
            self._read_note(Note.read(line["note"]), number, made_at)

    def _read_note(self, note: Note, number: int, made_at: str) -> None:
        size, root = note.checkpoint()
        if (size, root) != (self.tree.size, self.tree.root()):
            self.report.find(
                f"Checkpoint {number} is not what was signed: a checkpoint up to it was changed or is gone."
            )
        key = self._signer(note)
        if key is None:
            who = ", ".join(name for name, _ in note.signatures)
            self.report.find(f"The signature of checkpoint {number} is not one by a listed key of {who}.")
        elif self.trusted and key not in self._trust():
            self.report.find(
                f"Checkpoint {number} is signed with {key.short}, which no key that you trust vouches for."
            )
        elif any(old == key and seconds_between(at, made_at) > DAY for old, _, at in self.changes):
            self.report.find(f"Checkpoint {number} is signed with {key.short} long after another key took its place.")
        self.report.checkpoint, self.report.key = made_at, key.short if key else None

    def _signer(self, note: Note) -> Key | None:
        for who, signature in note.signatures.items():
            key = self.keys.get(who)
            if key and self.verify(key.public, note.body.encode(), signature):
                return key
        return None

    def _trust(self) -> set[Key]:
        """The trusted keys, and those that are tied to one of them by a change that both signed."""
        while True:
            for old, new, _ in self.changes:
                if (old in self.trusted) != (new in self.trusted):
                    self.trusted |= {old, new}
                    break
            else:
                return self.trusted

    def _read_proof(self, line: Line) -> None:
        number, length, last = line["checkpoint"], line["length"], line["head"]
        made_at, heads, root = self.checkpoints[number - 1]
        path = [bytes.fromhex(each) for each in line["path"]]
        reached = root_by_path(head_leaf(self.log, length, last), line["position"], heads, path)
        if number < 1 or reached is None or reached.hex() != root:
            self.report.find(f"The proof that checkpoint {number} holds {length} links of this log is false.")
            return
        self.heads.setdefault(length, []).append((last, f"checkpoint {number} of {made_at}"))
        self.proofs.append((length, number))
        self.proofs.sort()

    def _read_event(self, line: Line) -> None:
        if line["number"] is None:
            return self._read_unsealed(line)
        number, name = line["number"], f"Event {line['id']} (number {line['number']})"
        if number != self.number + 1:
            gone = f"{self.number + 1} to {number - 1}" if number > self.number + 2 else str(self.number + 1)
            self.report.find(f"The links of number {gone} are gone.")
        if line["id"] is None:
            self.report.find(f"The event of number {number} is gone; its link is still there.")
        elif link(number, self.before, line, line["sealed_at"]).hex() != line["link"]:
            self.report.find(f"{name} is not what was sealed: it, its place or its link was changed.")
        for last, who in self.heads.pop(number, ()):
            if last != line["link"]:
                self.report.find(
                    f"The log up to {name[0].lower() + name[1:]} is not the one that {who} holds: rewritten."
                )
        self.number, self.before, self.latest = number, bytes.fromhex(line["link"]), line["sealed_at"]
        self.report.sealed += 1
        self._cover(number, line["sealed_at"])
        if line["id"] is not None:
            self._read_words(line, name)
            if abs(seconds_between(line["written_at"], line["sealed_at"])) > DAY:
                self.mistimed = self.mistimed or number

    def _read_unsealed(self, line: Line) -> None:
        self.report.unsealed += 1
        if not -DAY < seconds_between(line["written_at"], self.made_at) <= WAITS_AT_MOST:
            self.report.find(f"Event {line['id']} has no link, although it was written at {line['written_at']}.")
        self._read_words(line, f"Event {line['id']}")

    def _cover(self, number: int, sealed_at: str) -> None:
        """The second checkpoint after a link was made must hold it, at the latest."""
        at = bisect_left(self.proofs, (number, 0))
        by = self.proofs[at][1] if at < len(self.proofs) else len(self.checkpoints) + 1
        if by > 2 and self.checkpoints[by - 3][0] > sealed_at and by not in self.uncovered:
            self.uncovered.add(by)
            self.report.find(
                f"Number {number} was sealed at {sealed_at}; checkpoint {by - 1} should hold it and does not."
            )

    def _read_words(self, line: Line, name: str) -> None:
        """The words are those of the commitment, or an event says that they were erased."""
        if self.is_emptied:
            self.report.find(f"{name} was written after the log had said that it was emptied for good.")
        if line["kind"] == EMPTIED:
            return self._read_emptied(line, name)
        if line["kind"] == ERASED and line["record_id"]:
            if self.missing_words.pop(line["record_id"], None) is None:
                self.report.find(f"{name} says that the words of {line['record_id']} were erased; they were not.")
            else:
                self.report.erased += 1
        if line["payload"] is None:
            self.missing_words[line["id"]] = self.number
            return
        self.has_words = True
        salt, words = bytes.fromhex(line["payload"]["salt"]), spelled(line["payload"]["data"])
        if len(salt) != 16 or commitment(salt, words).hex() != line["commitment"]:
            self.report.find(f"The words of {name[0].lower() + name[1:]} are not those that were recorded.")

    def _read_emptied(self, line: Line, name: str) -> None:
        """An account was erased: no event says anything in words any more, and none comes after this one."""
        if line["payload"] is not None or self.has_words:
            self.report.find(f"{name} says that the words of all events were erased; some are still there.")
        self.report.erased += len(self.missing_words)
        self.missing_words.clear()
        self.is_emptied = True

    def _read_end(self, line: Line) -> None:
        self.is_whole = True
        if (line["log"], line["number"], line["link"]) != (self.log, self.number, self.before.hex()):
            self.report.find("The last line does not name the last link: the file was put together from two.")

    def _conclude(self) -> None:
        find, number = self.report.find, self.number
        if not self.is_whole:
            find("The file ends before its last line.")
        for event in self.missing_words:
            find(f"The words of event {event} are gone, and no event says that they were erased.")
        for length, said in sorted(self.heads.items()):
            if length > number:
                find(f"The log ends at number {number}, but {said[0][1]} holds {length}: its end was cut off.")
        for size, anchored in self.roots.items():
            find(f"There are {self.tree.size} checkpoints, but {anchored[0][1]} is signed over {size}.")
        if self.checkpoints and self.report.checkpoint != self.checkpoints[-1][0]:
            find(f"Checkpoint {len(self.checkpoints)}, the last one, is not signed.")
        if self.proofs and all(checkpoint != len(self.checkpoints) for _, checkpoint in self.proofs):
            find(f"Nothing shows that checkpoint {len(self.checkpoints)}, the last one, holds this log.")
        if not number and not self.report.unsealed:
            find("The log is empty; every account's log begins with its opening.")
        self.report.anchor = f"candor {self.log} {number} {self.before.hex()}" if number else ""
        self.report.covered = max((length for length, _ in self.proofs if length <= number), default=0)
        self._say_what_is_proved()
        self._say_what_is_not()

    def _say_what_is_proved(self) -> None:
        report, say = self.report, self.report.proved.append
        if report.findings:
            say(f"{report.sealed} links were read, up to number {self.number}; see what was found.")
            return
        if report.sealed:
            say(f"Events 1 to {self.number} stand as they were sealed: none was changed, moved, added or taken out.")
            gone = f"; those of {report.erased} were erased, and the log says so" if report.erased else ""
            say(f"Their words are those that were recorded{gone}.")
        if report.covered:
            signed = f"{report.checkpoint}, signed with {report.key},"
            say(f"Checkpoint {len(self.checkpoints)} of {signed} holds numbers 1 to {report.covered}.")
        for anchor in self.anchors:
            say(f"The log agrees with {anchor.name}.")

    def _say_what_is_not(self) -> None:
        report, say = self.report, self.report.not_proved.append
        if self.number > report.covered:
            say(f"Numbers {report.covered + 1} to {self.number} came after the last checkpoint that holds this log: "
                "until the next one, whoever rules the database could still change them unseen.")  # fmt: skip
        if report.unsealed:
            say(f"{report.unsealed} events of the last minutes are not sealed yet.")
        if report.checkpoint and self.made_at and seconds_between(report.checkpoint, self.made_at) > DUE_AFTER:
            say(f"The last checkpoint is of {report.checkpoint}, and one is due each hour: later ones are missing.")
        if self.mistimed:
            say(f"Number {self.mistimed} bears a time more than a day away from that of its seal, and maybe others: "
                "nothing protects a time before the seal.")  # fmt: skip
        if report.key and not self.trusted:
            say(f"Whether {report.key} is really Candor's key: compare it with one that you kept (--key, --anchor).")
        if not self.anchors:
            say("Whoever holds the database and the signing key could have written another history before today. "
                "Keep an anchor where they can't reach it, and check against it next time.")  # fmt: skip
        say("What was never recorded leaves no trace in any log.")


def a_time(text: str) -> str:
    """The text itself, if it is a time as the log spells them."""
    seconds_between(text, text)
    return text


def seconds_between(first: str, second: str) -> float:
    """From one time to another, as the log spells them."""
    begin, end = (datetime.fromisoformat(text[:-1]) for text in (first, second))
    return (end - begin).total_seconds()


def show(report: Report) -> str:
    """The report as people read it."""
    more = [f"… and {report.more} more."] if report.more else []
    keep = [report.anchor] if report.anchor else []
    parts = (("Found", report.findings + more), ("Proved", report.proved), ("Not proved", report.not_proved),
             ("To keep, as an anchor for the next time", keep))  # fmt: skip
    return "\n".join(f"{title}:\n" + "\n".join(f"  - {line}" for line in lines) for title, lines in parts if lines)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a log that Candor exported.")
    parser.add_argument("log", nargs="?", help="the exported log, a .jsonl file")
    parser.add_argument("--certificate", metavar="FILE", help="check a certificate of erasure instead")
    parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="what you kept from earlier")
    parser.add_argument("--key", action="append", default=[], help="a public key that you trust: NAME+ID+BASE64")
    given = parser.parse_args(words)
    if not given.log and not given.certificate:
        parser.error("name the exported log, or a --certificate")
    try:
        if given.certificate:
            with open(given.certificate, encoding="utf-8") as file:
                text = file.read()
            findings = check_certificate(text, [Key.read(line) for line in given.key])
            print(show_certificate(text, findings))
            return 1 if findings else 0
        anchors = []
        for name in given.anchor:
            with open(name, encoding="utf-8") as file:
                anchors.append(Anchor(file.read(), name))
        with open(given.log, encoding="utf-8") as file:
            report = Check(anchors, map(Key.read, given.key)).read(map(json.loads, file))
    except (OSError, *MALFORMED) as error:
        print(f"This cannot be verified: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(show(report))
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
