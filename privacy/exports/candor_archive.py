#!/usr/bin/env python3
"""Verify an archive that Candor wrote: python3 verify.py [ARCHIVE.zip or its folder] [--key KEY]

Needs Python 3.9 or newer, nothing else, and asks nobody. Without a name it checks the folder that it lies in. A key is
a line of /.well-known/access-log/keys of the Candor that wrote the archive.
Exit code 0: nothing wrong was found. 1: there are findings. 2: this is no archive.

What holds it together: manifest.json lists every other file with its size, its SHA-256 and its rows. manifest.sig is a
C2SP signed note (Ed25519) over the SHA-256 of manifest.json. log/log.jsonl is checked as candor_verify.py says.
Candor itself checks archives with the functions of this file.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

try:
    from audit import candor_verify as log_verifier
except ImportError:  # alone, as an archive carries it
    import candor_verify as log_verifier  # type: ignore[import-not-found,no-redef]

FORMAT = "candor-archive"
VERSION = 1
MANIFEST, SIGNATURE, LOG = "manifest.json", "manifest.sig", "log/log.jsonl"
SIGNED = "candor archive"
MOST_FILES = 300_000  # no manifest of the size below lists more
LARGEST_LIST = 48 * 1024 * 1024  # of the names of so many files, at the end of a zip
LARGEST_MANIFEST = 64 * 1024 * 1024
ENTRY = struct.Struct("<4s24x3H12x")  # what each file's line in that list begins with; how long the rest of it is
END = struct.Struct("<4s4x2H2LH")  # the last bytes of a zip: how many files, how long their list is, where it begins
END_64 = struct.Struct("<4s28x3Q")  # the same where the numbers are too large for it, and
PLACE_64 = struct.Struct("<4s16x")  # what lies between the two
MOST_OF_SHORT = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)  # stands where the larger number counts
LONGEST_LINE = 16 * 1024 * 1024  # characters
PACKED_AT_MOST = 150  # times: text packs to a twentieth, a bomb to a thousandth
SMALL = 1024 * 1024  # bytes that may be packed as tightly as they like
BLOCK = 256 * 1024
SHOWN_AT_MOST = 200
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError)  # what reading a damaged zip ends in
NO_ZIP = "This is no zip file, or it is cut off: download the archive again."
A_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


class NoArchive(Exception):
    """This is not an archive that can be looked into; the words say why."""


class Report:
    """What a check found, and what it proved; each a list of sentences."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.proved: list[str] = []
        self.more = 0

    def find(self, sentence: str) -> None:
        if len(self.findings) < SHOWN_AT_MOST:
            self.findings.append(sentence)
        else:
            self.more += 1


class TooLarge(NoArchive):
    """What it says of itself is more than may be read here."""


# ---- Where the files are


class Listing(NamedTuple):
    """The list of files at the end of a zip, as the zip describes it: how many, where it begins, how long it is."""

    files: int
    start: int
    size: int


def listing_of(file: Any, most: int = MOST_FILES, largest: int = LARGEST_LIST) -> Listing:
    """What a zip says of its list, from its last hundred bytes; raises NoArchive, and TooLarge for a longer list."""
    end = file.seek(0, io.SEEK_END)
    mark, _, files, size, start, comment = _last(file, end, END)
    stop = end - END.size
    if mark != b"PK\x05\x06" or comment:
        raise NoArchive(NO_ZIP)
    if stop >= PLACE_64.size and _last(file, stop, PLACE_64)[0] == b"PK\x06\x07":
        stop -= PLACE_64.size
        mark, *larger = _last(file, stop, END_64)
        stop -= END_64.size
        short = (files, size, start)
        fits = all(short[place] in (larger[place], MOST_OF_SHORT[place]) for place in range(3))
        if mark != b"PK\x06\x06" or not fits:
            raise NoArchive(NO_ZIP)
        files, size, start = larger
    if start + size != stop:
        raise NoArchive(NO_ZIP)
    if files > most:
        raise TooLarge(f"The archive has more than {most:,} files, the most that we open.")
    if size > largest:
        raise TooLarge("The list of its files is longer than any that we open.")
    return Listing(files, start, size)


def _last(file: Any, end: int, record: struct.Struct) -> tuple[Any, ...]:
    """What a record says whose last byte lies before ``end``."""
    if end < record.size:
        raise NoArchive(NO_ZIP)
    file.seek(end - record.size)
    data = file.read(record.size)
    if len(data) != record.size:
        raise NoArchive(NO_ZIP)
    return record.unpack(data)


def _must_be_true(file: Any, listing: Listing, most: int) -> None:
    """Walk along the list, which takes no memory: it must have as many files as is said of it."""
    file.seek(listing.start)
    left, number = listing.size, 0
    while left > 0:
        head = file.read(ENTRY.size)
        if len(head) != ENTRY.size or head[:4] != b"PK\x01\x02":
            raise NoArchive(NO_ZIP)
        rest = sum(ENTRY.unpack(head)[1:])
        file.seek(rest, io.SEEK_CUR)
        left, number = left - len(head) - rest, number + 1
        if number > most:
            raise TooLarge(f"The archive has more than {most:,} files, the most that we open.")
    if left or number != listing.files:
        raise NoArchive(NO_ZIP)


class Zipped:
    """The files of an archive as it came. Nothing is ever unpacked onto the disk."""

    def __init__(self, file: Any, most: int = MOST_FILES, largest: int = LARGEST_LIST) -> None:
        source = open(file, "rb") if isinstance(file, str) else file  # noqa: SIM115, it stays open as long as the zip
        try:
            listing = listing_of(source, most, largest)
            _must_be_true(source, listing, most)
            self.zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            raise NoArchive(NO_ZIP) from None
        self.entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self.zip.infolist():
            _refuse(entry, self.entries)
            self.entries[entry.filename] = entry
        if sum(entry.compress_size for entry in self.entries.values()) > listing.start:
            raise NoArchive("Its files lie on top of each other: that is a trap, not an archive.")

    def names(self) -> Iterable[str]:
        return self.entries

    def size(self, name: str) -> int:
        return self.entries[name].file_size

    def open(self, name: str) -> BinaryIO:
        return self.zip.open(self.entries[name])  # type: ignore[return-value]


class Unpacked:
    """The files of an archive that somebody unpacked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: dict[str, Path] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                raise NoArchive(f"{name!r} is a link to another file. An archive holds plain files alone.")
            if path.is_file() and "__pycache__" not in name:
                self.found[name] = path

    def names(self) -> Iterable[str]:
        return self.found

    def size(self, name: str) -> int:
        return self.found[name].stat().st_size

    def open(self, name: str) -> BinaryIO:
        return self.found[name].open("rb")


def _refuse(entry: zipfile.ZipInfo, known: dict[str, zipfile.ZipInfo]) -> None:
    """Raise NoArchive for what a zip of ours never holds."""
    name = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if not A_NAME.fullmatch(name) or name != entry.filename:
        raise NoArchive(f"The archive has a file named {name[:80]!r}. A name like that could lead out of its folder.")
    if kind not in (0, stat.S_IFREG):
        raise NoArchive(f"{name!r} is no plain file but a link or a device. An archive holds plain files alone.")
    if name in known:
        raise NoArchive(f"The archive has two files named {name!r}; nobody could say which one counts.")
    if entry.flag_bits & 1:
        raise NoArchive(f"{name!r} is locked by a password. An archive of ours never is.")
    if entry.file_size > SMALL and entry.file_size > PACKED_AT_MOST * max(entry.compress_size, 1):
        raise NoArchive(f"{name!r} would unpack to far more than was packed: that is a trap, not an archive.")


def opened(path: str | Path) -> Zipped | Unpacked:
    """The files at a path: a zip file, or the folder that it was unpacked into."""
    found = Path(path)
    if not found.exists():
        raise NoArchive(f"There is no {path}.")
    return Unpacked(found) if found.is_dir() else Zipped(str(found))


# ---- The check itself


def read_manifest(files: Any, largest: int = LARGEST_MANIFEST) -> dict[str, Any]:
    """What the archive says of itself; raises NoArchive for what is none, or newer than we know."""
    if MANIFEST not in files.names():
        raise NoArchive("It has no manifest.json: this is no archive of Candor, or it was cut off.")
    if files.size(MANIFEST) > largest:
        raise TooLarge("Its manifest.json is larger than any that we write.")
    try:
        with files.open(MANIFEST) as file:
            manifest = json.loads(file.read(largest + 1))
    except (ValueError, RecursionError, *BROKEN):
        raise NoArchive("Its manifest.json can’t be read: it is damaged.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NoArchive("Its manifest.json is not one of Candor’s.")
    version = manifest.get("version")
    if type(version) is not int or version < 1:
        raise NoArchive("Its manifest.json does not say which version of the format it is.")
    if version > VERSION:
        raise NoArchive(f"It is of version {version} of the format, and we know {VERSION}: take a newer Candor.")
    if not _is_listing(manifest.get("files")):
        raise NoArchive("Its manifest.json does not list the files as it should.")
    return manifest


def _is_listing(files: Any) -> bool:
    """A list of files with path, size, hash and, for some, rows."""
    return isinstance(files, list) and all(
        isinstance(each, dict)
        and isinstance(each.get("path"), str)
        and A_NAME.fullmatch(each["path"])
        and type(each.get("bytes")) is int
        and isinstance(each.get("sha256"), str)
        and (each.get("rows") is None or type(each["rows"]) is int)
        for each in files
    )


def verify(
    files: Any,
    trusted: Iterable[Any] = (),
    is_signed: Callable[[bytes, bytes, bytes], bool] = log_verifier.is_signed,
    watch: Callable[[int], None] = lambda size: None,
    largest: int = LARGEST_MANIFEST,
) -> Report:
    """Check every file of an archive, its signature and its log. ``watch`` hears of the bytes that were read."""
    manifest, report = read_manifest(files, largest), Report()
    listed = {each["path"]: each for each in manifest["files"]}
    if len(listed) != len(manifest["files"]):
        report.find("manifest.json lists a file twice.")
    for name in sorted(set(files.names()) - listed.keys() - {MANIFEST, SIGNATURE}):
        report.find(f"{name} is in the archive but not in its manifest.")
    for name, said in listed.items():
        _check_file(files, name, said, report, watch)
    _check_signature(files, manifest, report, set(trusted), is_signed)
    if LOG in listed and LOG in files.names():
        _check_log(files, report, trusted, is_signed)
    if not report.findings:
        rows = sum(each.get("rows") or 0 for each in listed.values())
        report.proved.insert(0, f"{len(listed):,} files are as they were written, with {rows:,} rows in all.")
    return report


def _check_file(files: Any, name: str, said: dict[str, Any], report: Report, watch: Callable[[int], None]) -> None:
    if name not in files.names():
        report.find(f"{name} is missing.")
        return
    digest, size, rows = hashlib.sha256(), 0, _Rows(name)
    try:
        with files.open(name) as file:
            while block := file.read(BLOCK):
                size += len(block)
                if size > said["bytes"]:
                    break
                digest.update(block)
                rows.take(block)
                watch(len(block))
    except (*BROKEN, ValueError, NotImplementedError) as trouble:
        report.find(f"{name} can’t be read to its end: {trouble}.")
        return
    if size != said["bytes"]:
        report.find(f"{name} is {'longer' if size > said['bytes'] else 'shorter'} than the manifest says.")
    elif digest.hexdigest() != said["sha256"]:
        report.find(f"{name} was changed: its hash is not that of the manifest.")
    elif said.get("rows") is not None and rows.count() != said["rows"]:
        report.find(f"{name} has {rows.count()} rows, and the manifest says {said['rows']}.")


class _Rows:
    """Counts the rows of a file while it is read, as its kind has them."""

    def __init__(self, name: str) -> None:
        self.kind = name.rpartition(".")[2]
        self.lines = self.quotes = self.marks = 0
        self.mark = {"vcf": b"\nBEGIN:VCARD", "ics": b"\nBEGIN:VEVENT"}.get(self.kind, b"")
        self.tail = b"\n"

    def take(self, block: bytes) -> None:
        if self.mark:
            text = self.tail + block
            self.marks += text.count(self.mark)
            self.tail = text[-len(self.mark) + 1 :]
        elif self.kind == "csv":
            for number, part in enumerate(block.split(b'"')):  # a line break inside quotes is none
                self.quotes += number > 0
                self.lines += part.count(b"\n") if self.quotes % 2 == 0 else 0
        else:
            self.lines += block.count(b"\n")

    def count(self) -> int:
        if self.mark:
            return self.marks
        return self.lines - (self.kind == "csv")


def _check_signature(files: Any, manifest: Any, report: Report, trusted: set[Any], is_signed: Any) -> None:
    if SIGNATURE not in files.names():
        report.find("manifest.sig is missing: nothing says who wrote the archive.")
        return
    try:
        with files.open(MANIFEST) as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with files.open(SIGNATURE) as file:
            note = log_verifier.Note.read(file.read(BLOCK).decode())
        key = log_verifier.Key.read(manifest["signed_by"])
        signature = note.signatures[key.name, key.id]
    except (*BROKEN, *log_verifier.MALFORMED) as trouble:
        report.find(f"manifest.sig can’t be checked ({type(trouble).__name__}).")
        return
    if note.body != f"{SIGNED}\n{digest}\n" or not is_signed(key.public, note.body.encode(), signature):
        report.find("manifest.json is not what was signed.")
    elif trusted and key not in trusted:
        report.find(f"It is signed by {key.short}, which is none of the keys that you trust.")
    elif trusted:
        report.proved.append(f"It is signed by {key.short}, which you trust.")
    else:
        report.proved.append(f"It is signed by {key.short}; whose key that is, says its site: {key.name}/keys.")


def _check_log(files: Any, report: Report, trusted: Iterable[Any], is_signed: Any) -> None:
    try:
        found = log_verifier.Check((), trusted, is_signed).read(lines_of(files, LOG))
    except (*BROKEN, *log_verifier.MALFORMED) as trouble:
        report.find(f"{LOG} can’t be read: {type(trouble).__name__}.")
        return
    for finding in found.findings:
        report.find(f"In the log: {finding}")
    report.proved += [f"The log: {sentence}" for sentence in found.proved]


def lines_of(files: Any, name: str) -> Iterator[Any]:
    """The rows of a file of JSON lines."""
    with files.open(name) as file:
        text = io.TextIOWrapper(file, "utf-8")
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise ValueError(f"{name} has a line longer than any that we write.")
            yield json.loads(line)


def table_of(files: Any, name: str) -> Iterator[list[str]]:
    """The rows of a table, its header first."""
    with files.open(name) as file:
        yield from csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))


def show(report: Report) -> str:
    """The report as people read it."""
    more = [f"… and {report.more} more."] if report.more else []
    parts = (("Found", report.findings + more), ("Proved", report.proved))
    return "\n".join(f"{title}:\n" + "\n".join(f"  - {line}" for line in lines) for title, lines in parts if lines)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an archive that Candor wrote.")
    here = str(Path(__file__).resolve().parent)
    parser.add_argument("archive", nargs="?", default=here, help="a zip file, or the folder of one")
    parser.add_argument("--key", action="append", default=[], help="a public key that you trust: NAME+ID+BASE64")
    given = parser.parse_args(words)
    try:
        report = verify(opened(given.archive), [log_verifier.Key.read(line) for line in given.key])
    except (NoArchive, *log_verifier.MALFORMED) as trouble:
        print(f"This cannot be verified: {trouble}", file=sys.stderr)
        return 2
    print(show(report))
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
