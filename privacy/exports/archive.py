"""Writing an archive: every file in turn, out of one snapshot, as bytes that leave while they are made.

Whatever is counted or left out is noted on the way; the manifest, which lists every file, is written last and signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

import audit
from accounts.files.purposes import left_out_of_archives
from accounts.files.sealed import DamagedFile
from accounts.models import StoredFile
from audit import candor_verify
from audit.keys import SigningKey
from privacy.exports import candor_archive, cards
from privacy.exports.candor_archive import FORMAT, LOG, MANIFEST, SIGNATURE, SIGNED, VERSION
from privacy.exports.entities import Entity, entity_of
from privacy.exports.schemas import schema
from privacy.exports.scopes import Part, Scope
from privacy.exports.selecting import as_json, as_table, counting
from privacy.exports.snapshot import BLOCK, Block, Snapshot
from privacy.exports.zips import ZipStream

BYTE_ORDER_MARK = "\ufeff".encode()  # without it spreadsheets take UTF-8 for something older
NOTES_OF_STAFF = "Notes among our staff are in the archive of the person whom they are about."
NOT_ON_CARDS = "Restricted: stored, and used for nothing new; the data files have them."
EXPIRED, MISSING = "Its time was over before the archive was written.", "Its content could not be found or read."
Watch = Callable[[int], None]


@dataclass
class Writing:
    """One archive while it is written. ``chunks`` gives its bytes; what is known at the end stands in its columns."""

    account: Any  # an account, or whoever stands in its place (holders.py)
    scope: Scope
    snapshot: Snapshot
    key: SigningKey
    asked_by: str
    watch: Watch = lambda rows: None
    beside: Mapping[str, str] = field(default_factory=dict)  # texts that go into it, by the names of their files
    done: int = 0  # rows written, in both forms
    counts: dict[str, int] = field(default_factory=dict)
    omitted: list[dict[str, Any]] = field(default_factory=list)
    manifest: str = ""

    def __post_init__(self) -> None:
        self.zip = ZipStream(self.snapshot.taken_at)
        for part in self.scope.parts:
            [(self.counts[part.entity.name],)] = self.snapshot.ask(self._query(counting, part), part.params)

    @property
    def total(self) -> int:
        """How many rows there are to write, in both forms."""
        return 2 * sum(self.counts.values())

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def chunks(self) -> Iterator[bytes]:
        """The archive."""
        for part in self.scope.parts:
            yield from self._data(part)
        yield from self._cards_and_calendars()
        yield from self._files()
        if self.scope.is_whole:
            yield from self._add(LOG, _encoded(audit.export_log(self.account)))
        self._note_what_is_omitted()
        yield from self._add("omitted.jsonl", _encoded(f"{spelled(line)}\n" for line in self.omitted))
        for name, module in (("verify.py", candor_archive), ("candor_verify.py", candor_verify)):
            yield from self._text(name, Path(str(module.__file__)).read_text(encoding="utf-8"))
        for name, text in self.beside.items():
            yield from self._text(name, text)
        yield from self._text("README.html", self._readme())
        yield from self._sealed()
        yield from self.zip.end()

    # ------------------------------------------------------------------------------- the tables

    def _data(self, part: Part) -> Iterator[bytes]:
        entity = part.entity
        yield from self._text(f"schema/{entity.name}.schema.json", json.dumps(schema(entity), indent=1) + "\n")
        if part.withheld:
            yield from self._with_gaps(part)
            return
        lines = self.snapshot.lines(self._query(as_json, part), part.params)
        yield from self._add(f"data/{entity.name}.jsonl", self._counted(lines))
        self._must_be_all(entity)
        rows = self.snapshot.table(self._query(as_table, part), part.params)
        yield from self._add(f"csv/{entity.name}.csv", _marked(self._counted(rows)))
        self._must_be_all(entity)

    def _with_gaps(self, part: Part) -> Iterator[bytes]:
        """The few rows of a contact, without the texts that are about somebody else."""
        name = part.entity.name
        rows = [part.with_gaps(row) for row in self.snapshot.records(self._query(as_json, part), part.params)]
        lines = "".join(f"{spelled(row)}\n" for row in rows)
        yield from self._add(f"data/{name}.jsonl", self._counted([Block(lines.encode(), len(rows))]))
        table = part.as_table(self.snapshot.cells(self._query(as_table, part), part.params))
        yield from self._add(f"csv/{name}.csv", _marked(self._counted([Block(table, len(rows))])))

    def _query(self, make: Callable[[Entity, int, str], str], part: Part) -> str:
        return make(part.entity, self.account.pk, part.only)

    def _counted(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self.done += block.rows
            self.watch(self.done)
            yield block

    def _must_be_all(self, entity: Entity) -> None:
        written = self.zip.members[-1].rows
        if written != self.counts[entity.name]:  # one snapshot: anything else is a mistake of ours
            raise RuntimeError(f"{entity.name}: {self.counts[entity.name]} rows, and {written} were written.")

    # ------------------------------------------------------------------------------- for other programs

    def _cards_and_calendars(self) -> Iterator[bytes]:
        named = {part.entity.name: part for part in self.scope.parts}
        if part := named.get("crm.contact"):
            yield from self._add("vcard/contacts.vcf", cards.cards(self._records(cards.CONTACTS, part)))
            restricted = part.narrowed("t.restricted_at IS NOT NULL AND t.deleted_at IS NULL")
            [(number,)] = self.snapshot.ask(self._query(counting, restricted), part.params)
            if number:
                self._omit("rows", "crm.contact", NOT_ON_CARDS, place="vcard/contacts.vcf", rows=number)
        for name, title, query in (
            ("timetracking.timeentry", "Hours", cards.ENTRIES),
            ("crm.activity", "Activities", cards.ACTIVITIES),
        ):
            if part := named.get(name):
                blocks = cards.calendar(f"{self.account.name}: {title}", self._records(query, part))
                yield from self._add(f"ical/{title.lower()}.ics", blocks)

    def _records(self, query: str, part: Part) -> Iterator[dict[str, Any]]:
        only = f" AND ({part.only})" if part.only else ""
        for record in self.snapshot.records(query.format(account=self.account.pk) + only, part.params):
            self.watch(self.done)
            yield part.with_gaps_in_card(record)

    # ------------------------------------------------------------------------------- the files

    def _files(self) -> Iterator[bytes]:
        part = next((part for part in self.scope.parts if part.entity.model is StoredFile), None)
        seen: set[str] = set()
        for row in self.snapshot.records(self._query(as_json, part), part.params) if part else ():
            if row["discarded_at"]:
                self._omit("file", "accounts.storedfile", EXPIRED, id=row["id"])
            elif row["sha256"] not in seen:
                seen.add(row["sha256"])
                yield from self._file(row)

    def _file(self, row: dict[str, Any]) -> Iterator[bytes]:
        stored = StoredFile.objects.filter(public_id=row["id"]).first()
        try:
            content = stored.open() if stored else None
            start = content.read(BLOCK) if content else b""
        except (FileNotFoundError, DamagedFile):
            content = None
        if content is None:
            self._omit("file", "accounts.storedfile", MISSING, id=row["id"])
            return
        with content:
            blocks = self._pieces(start, content)
            yield from self.zip.add(f"files/{row['sha256']}", blocks, counts=False, packed=False)

    def _pieces(self, start: bytes, content: Any) -> Iterator[Block]:
        while start:
            self.watch(self.done)
            yield Block(start, 0)
            start = content.read(BLOCK)

    # ------------------------------------------------------------------------------- what ties it together

    def _omit(self, what: str, entity: str, reason: str, **said: Any) -> None:
        self.omitted.append({"what": what, "entity": entity, **said, "reason": reason})

    def _note_what_is_omitted(self) -> None:
        for part in self.scope.parts:
            for column, reason in part.entity.omitted:
                self._omit("column", part.entity.name, reason, column=column)
            for place, column in part.gaps:
                self._omit("text", part.entity.name, "About somebody else.", id=place, column=column)
        for name, reason in self.scope.left_out.items():
            self._omit("table", name, reason)
        for name, reason in self.scope.fewer.items():
            self._omit("rows", name, reason)
        if self.scope.is_whole:
            self._omit("rows", "support_access.ticketmessage", NOTES_OF_STAFF)
            for purpose, reason in sorted(left_out_of_archives().items()):
                self._omit("files", entity_of(StoredFile).name, reason, purpose=purpose)

    def _readme(self) -> str:
        parts = [(part.entity, self.counts[part.entity.name]) for part in self.scope.parts]
        context = {"writing": self, "account": self.account, "parts": parts, "key": self.key.public}
        context["operator"] = settings.OPERATOR
        return render_to_string("privacy/exports/readme.html", context)

    def _sealed(self) -> Iterator[bytes]:
        """The manifest and its signature."""
        text = json.dumps(self._manifest(), indent=1, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n"
        self.manifest = hashlib.sha256(text.encode()).hexdigest()
        body = f"{SIGNED}\n{self.manifest}\n"
        yield from self._text(MANIFEST, text)
        yield from self._text(SIGNATURE, f"{body}\n{self.key.signature(body)}")

    def _manifest(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "account": {"id": self.account.public_id, "slug": self.account.slug, "name": self.account.name},
            "operator": settings.OPERATOR.named(),
            "scope": self.scope.described(),
            "asked_by": self.asked_by,
            "snapshot": {"taken_at": self.snapshot.taken_at, "name": self.snapshot.name},
            "entities": [self._listed(part) for part in self.scope.parts],
            "rows": self.rows,
            "omitted": len(self.omitted),
            "signed_by": str(self.key.public),
            "files": [member.listed() for member in self.zip.members],
        }

    def _listed(self, part: Part) -> dict[str, Any]:
        name = part.entity.name
        return {"name": name, "rows": self.counts[name], "columns": [column.name for column in part.entity.columns]}

    def _add(self, path: str, blocks: Iterable[Block]) -> Iterator[bytes]:
        return self.zip.add(path, blocks)

    def _text(self, path: str, text: str) -> Iterator[bytes]:
        return self.zip.add(path, [Block(text.encode(), 0)], counts=False)


def spelled(row: dict[str, Any]) -> str:
    """A row as a line."""
    return json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder)


def _marked(blocks: Iterable[Block]) -> Iterator[Block]:
    yield Block(BYTE_ORDER_MARK, 0)
    yield from blocks


def _encoded(lines: Iterable[str]) -> Iterator[Block]:
    kept, size = [], 0
    for line in lines:
        kept.append(line.encode())
        size += len(kept[-1])
        if size >= BLOCK:
            yield Block(b"".join(kept), len(kept))
            kept, size = [], 0
    if kept:
        yield Block(b"".join(kept), len(kept))
