"""An archive comes back whole into an empty account; one that was tampered with is refused in words."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import open_account
from accounts.models import Account, StoredFile, User
from audit.keys import ready_key
from crm.fields import keys
from crm.models import Company, Contact, CustomField, CustomKey, SearchToken, Tag
from privacy.exports.allowed import VOLATILE, brought
from privacy.exports.candor_archive import MANIFEST, SIGNATURE, SIGNED, Zipped, lines_of
from privacy.exports.checking import Refused, check
from privacy.exports.importing import bring
from tests.privacy.exports.conftest import EVIL
from tests.promises import promise
from timetracking import summary
from timetracking.models import TimeEntry

VALUES = 10_000


@pytest.fixture
def empty(full) -> Account:
    """The account of somebody who worked in none of the others."""
    zoe = User.objects.create_user("zoe@away.example", None, first_name="Zoe", last_name="Ek")
    return open_account(zoe, name="Away", time_zone="Europe/Copenhagen", currency="EUR").account


def kept(path, entity):
    files = Zipped(str(path))
    volatile = VOLATILE.get(entity.name, frozenset())
    rows = [
        {name: value for name, value in row.items() if name not in volatile}
        for row in lines_of(files, f"data/{entity.name}.jsonl")
    ]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


@promise(113)
def test_three_firms_come_back_equal_and_work(full, empty, inside, tmp_path):
    """The demo firm; one that writes from right to left; one with ten thousand values in fields of its own."""
    globex = Account.objects.get(slug="globex")
    fill_strangely(globex, inside)
    many = opened("Many")
    fill_with_own_values(many, inside)
    with inside(full):
        receipts = set(StoredFile.objects.filter(purpose="receipt").values_list("sha256", flat=True))
    first = tmp_path / "acme.zip"
    assert comes_back(full, empty, first, tmp_path) > 20
    for firm in (globex, many):
        comes_back(firm, opened(f"{firm.name} again"), tmp_path / f"{firm.slug}.zip", tmp_path)
    with inside(empty):
        assert summary.differences() == []
        assert SearchToken.objects.filter(kind="contact").exists()
        assert {file.sha256 for file in StoredFile.objects.filter(purpose="receipt") if file.open().read()} == receipts
        assert TimeEntry.objects.exists()
    with inside(Account.objects.get(name="Many again")):
        assert CustomKey.objects.count() == VALUES
    with pytest.raises(CommandError, match="still empty"):
        call_command("import_account", str(first), into="away", stdout=io.StringIO())


def opened(name) -> Account:
    zoe = User.objects.get(email="zoe@away.example")
    return open_account(zoe, name=name, time_zone="Europe/Copenhagen", currency="EUR").account


def comes_back(firm, account, first, folder):
    """Export, import, export: how many tables had rows, all of them the same."""
    second, say = folder / "second.zip", io.StringIO()
    call_command("export_account", firm.slug, to=str(first), stdout=say)
    call_command("import_account", str(first), into=account.slug, dry_run=True, stdout=say)
    assert "Nothing was stored." in say.getvalue()
    call_command("import_account", str(first), into=account.slug, stdout=say)
    call_command("export_account", account.slug, to=str(second), stdout=say)
    filled = 0
    for entity in brought():
        before, after = kept(first, entity), kept(second, entity)
        assert after == before, entity.name
        filled += bool(before)
    return filled


def fill_strangely(account, inside):
    """Right to left, far planes of Unicode, signs that change direction, a record that became another."""
    with inside(account):
        CustomField.objects.create(noun="contact", kind="text", label="שדה", key="field", position=1)
        contacts = Contact.objects.bulk_create(
            Contact(
                first_name=f"نور {number}", last_name="𝕺𝖑𝖆\u200f", note=EVIL, custom={"field": f'ערך {number} \\ " \n'}
            )
            for number in range(50)
        )
        Contact.objects.filter(pk=contacts[1].pk).update(merged_into=contacts[0])
        Company.objects.create(name="Ünïcode & שלום GmbH")
        Tag.objects.create(name="ключ")


def fill_with_own_values(account, inside):
    """A thousand contacts with ten values each."""
    with inside(account):
        names = [f"f{number}" for number in range(10)]
        for position, name in enumerate(names):
            CustomField.objects.create(noun="contact", kind="text", label=name, key=name, position=position)
        contacts = Contact.objects.bulk_create(
            Contact(first_name=f"M{number}", custom={name: f"{name} of {number}" for name in names})
            for number in range(VALUES // 10)
        )
        keys.store(contacts)


# --------------------------------------------------------------------------------------------- hostile archives


class Tampered:
    """An archive of ours, changed by somebody who can sign as we do, unless said otherwise."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as found:
            self.members = {name: found.read(name) for name in found.namelist()}
        self.manifest = json.loads(self.members.pop(MANIFEST))
        self.members.pop(SIGNATURE)
        self.extra: list[tuple[zipfile.ZipInfo, bytes]] = []
        self.keeps_hashes = self.keeps_signature = False
        self.signature = b""
        self.cut = 0

    def rows(self, name):
        return [json.loads(line) for line in self.members[f"data/{name}.jsonl"].decode().splitlines()]

    def write_rows(self, name, rows):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self.members[f"data/{name}.jsonl"] = text.encode()

    def change(self, name, **values):
        first, *others = self.rows(name)
        self.write_rows(name, [{**first, **values}, *others])

    def file(self):
        if not self.keeps_hashes:
            listed = {each["path"]: each for each in self.manifest["files"]}
            for name, data in self.members.items():
                each = listed.setdefault(name, {"path": name, "rows": None})
                each |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                if name.endswith(".jsonl"):
                    each["rows"] = data.count(b"\n")
            self.manifest["files"] = [each for name, each in listed.items() if name in self.members]
        key, text = ready_key(), json.dumps(self.manifest).encode()
        body = f"{SIGNED}\n{hashlib.sha256(text).hexdigest()}\n"
        signature = self.signature or f"{body}\n{key.signature(body)}".encode()
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in {**self.members, MANIFEST: text, SIGNATURE: signature}.items():
                made.writestr(name, data)
            for info, data in self.extra:
                made.writestr(info, data, zipfile.ZIP_DEFLATED)
        data = file.getvalue()
        return io.BytesIO(data[: len(data) - self.cut] if self.cut else data)


def entry(name, kind=stat.S_IFREG, data=b"x"):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    return lambda archive: archive.extra.append((info, data))


def changed(name, **values):
    return lambda archive: archive.change(name, **values)


def manifest(**values):
    def do(archive):
        archive.manifest.update(values)
        archive.keeps_hashes = "files" in values

    return do


def member(name, data):
    return lambda archive: archive.members.__setitem__(name, data)


def without(name):
    return lambda archive: archive.members.pop(name)


def silently(step):
    """What somebody does who can't change the manifest."""

    def do(archive):
        archive.keeps_hashes = True
        step(archive)

    return do


def twice(archive):
    rows = archive.rows("crm.contact")
    archive.write_rows("crm.contact", [*rows, rows[0]])


def drop_column(archive):
    rows = archive.rows("crm.contact")
    del rows[0]["note"]
    archive.write_rows("crm.contact", rows)


def lose(archive):
    """A company that contacts work for is not there."""
    archive.write_rows("crm.company", [])


def other_key(archive):
    from audit.keys import SigningKey

    key = SigningKey.make(name="evil.example/access-log")
    archive.signature = f"{SIGNED}\nabc\n\n{key.signature('abc')}".encode()


def flip(archive):
    data = archive.members["data/crm.contact.jsonl"]
    archive.members["data/crm.contact.jsonl"] = data.replace(b"Maren", b"Maron").replace(b"a", b"e", 1)


def cut_log(archive):
    lines = archive.members["log/log.jsonl"].splitlines(keepends=True)
    archive.members["log/log.jsonl"] = b"".join([*lines[:-4], *lines[-1:]])


def one_address(archive):
    archive.write_rows("accounts.user", [{**row, "email": "one@acme.example"} for row in archive.rows("accounts.user")])


def half_a_character(archive):
    archive.change("crm.contact", first_name="HALF")
    archive.members["data/crm.contact.jsonl"] = archive.members["data/crm.contact.jsonl"].replace(b"HALF", b"\\ud800")


DEEP = '{"a":' * 5000 + "1" + "}" * 5000
LONG = hashlib.shake_128(b"").digest(9_000_000).hex().encode()
FOREIGN = str(uuid4())
HOSTILE = {
    # out of its folder
    "a path upwards": (entry("../evil"), "out of its folder"),
    "a path upwards inside": (entry("data/../../evil"), "out of its folder"),
    "an absolute path": (entry("/etc/passwd"), "out of its folder"),
    "a path of Windows": (entry("data\\..\\evil"), "out of its folder"),
    "a drive": (entry("C:evil"), "out of its folder"),
    "a hidden file": (entry(".ssh/authorized_keys"), "out of its folder"),
    "an empty part": (entry("data//evil"), "out of its folder"),
    "a folder": (entry("data/"), "out of its folder"),
    "a strange sign": (entry("data/\u202egpj.exe"), "out of its folder"),
    # no plain files
    "a symbolic link": (entry("data/link", stat.S_IFLNK, b"/etc/passwd"), "no plain file"),
    "a device": (entry("data/null", stat.S_IFCHR), "no plain file"),
    "a pipe": (entry("data/pipe", stat.S_IFIFO), "no plain file"),
    # bombs, twins, cuts
    "a bomb": (entry("data/bomb", data=bytes(30_000_000)), "a trap"),
    "two of one name": (entry("README.html"), "two files named"),
    "cut in the middle": (lambda archive: setattr(archive, "cut", 5000), "cut off"),
    "cut at its end": (lambda archive: setattr(archive, "cut", 10), "cut off"),
    # what the manifest says
    "not listed": (silently(member("data/crm.extra.jsonl", b"{}\n")), "not in its manifest"),
    "a file is gone": (silently(without("data/crm.tag.jsonl")), "is missing"),
    "a byte was changed": (silently(flip), "was changed"),
    "a file was cut": (silently(member("data/crm.contact.jsonl", b"{}\n")), "shorter"),
    "a file was made longer": (silently(member("omitted.jsonl", b" " * 10**6)), "longer"),
    "no list of files": (manifest(files="none"), "does not list"),
    "a list of odd things": (manifest(files=[1, 2]), "does not list"),
    "a list that leads out": (manifest(files=[{"path": "../x", "bytes": 1, "sha256": ""}]), "does not list"),
    "another format": (manifest(format="zip"), "not one of Candor"),
    "no version": (manifest(version=None), "which version"),
    "a version of words": (manifest(version="1"), "which version"),
    "a version that is true": (manifest(version=True), "which version"),
    "a future version": (manifest(version=2), "a newer Candor"),
    "of a contact": (manifest(scope={"kind": "contact"}), "whole account"),
    "no kinds": (manifest(entities=None), "which kinds"),
    "not signed": (lambda archive: setattr(archive, "signature", b"nothing"), "can’t be checked"),
    "signed by somebody else": (other_key, "can’t be checked"),
    "signed for another": (manifest(signed_by="x+00000000+AAAA"), "can’t be checked"),
    "a log without its end": (cut_log, "In the log"),
    # rows
    "not JSON": (member("data/crm.contact.jsonl", b"{\n"), "not written as JSON"),
    "a list for a row": (member("data/crm.tag.jsonl", b"[]\n"), "has no id"),
    "nested too deep": (member("data/crm.tag.jsonl", DEEP.encode() + b"\n"), "not written as JSON"),
    "an unknown kind": (member("data/crm.secret.jsonl", b"{}\n"), "don’t know"),
    "an unknown column": (changed("crm.contact", account_id=1), "no column"),
    "a column is missing": (drop_column, "column note is missing"),
    "a number for an id": (changed("crm.contact", id=1), "has no id"),
    "the same id twice": (twice, "there twice"),
    "a reference out of the archive": (changed("crm.contact", company=FOREIGN), "not in the archive"),
    "a number for a reference": (changed("crm.contact", company=7), "is no id"),
    "a reference to another's people": (changed("crm.contact", owner=FOREIGN), "not in the archive"),
    "references to what was taken out": (lose, "not in the archive"),
    "a number for a text": (changed("crm.contact", first_name=7), "should be a text"),
    "a text for true": (changed("crm.contact", is_sample="no"), "true or false"),
    "too long": (changed("crm.contact", first_name="x" * 201), "longer than"),
    "a character that no text has": (changed("crm.contact", note="a\0b"), "no text has"),
    "the same inside JSON": (changed("crm.contact", custom={"a": "\0"}), "no record has"),
    "a moment without a zone": (changed("crm.contact", updated_at="2026-01-01T00:00:00"), "needs its zone"),
    "no moment": (changed("crm.contact", updated_at="yesterday"), "updated_at"),
    "a word that is none": (changed("crm.contact", mail_permission="maybe"), "none of its words"),
    "a number out of bounds": (changed("timetracking.timeentry", minutes=2**40), "out of its bounds"),
    "a day of 48 hours": (changed("timetracking.timeentry", minutes=2880), "breaks a rule"),
    "nothing where something must be": (changed("timetracking.timeentry", project=None), "may not be empty"),
    "half a character": (half_a_character, "no text has"),
    "a moment after the last": (changed("crm.contact", updated_at="9999-12-31T23:59:59-12:00"), "out of its bounds"),
    "a list for a person": (member("data/accounts.user.jsonl", b"[]\n"), "has no id"),
    "a number for an address": (changed("accounts.user", email=7), "should be a text"),
    "a number for the id of a file": (changed("accounts.storedfile", id=1), "has no id"),
    "one address for all": (one_address, "same e-mail address"),
    "a line without an end": (member("data/crm.tag.jsonl", LONG), "not written as JSON"),
    "no address": (changed("accounts.user", email="nobody"), "no e-mail address"),
    "a person of nobody": (changed("accounts.membership", user=FOREIGN), "belongs to nobody"),
}


def test_hostile_archives_are_refused_in_words_and_store_nothing(archived, empty, inside):
    assert len(HOSTILE) >= 50
    people = User.objects.count()
    for name, (tamper, words) in HOSTILE.items():
        archive = Tampered(archived)
        tamper(archive)
        said = refusal(archive, empty, inside)
        assert words in said, f"{name}: {said!r}"
        assert "Traceback" not in said and len(said) < 20_000
    with inside(empty):
        assert not Contact.objects.exists() and not StoredFile.objects.exists()
    assert User.objects.count() == people
    untouched = Tampered(archived)
    assert check(Zipped(untouched.file())).total > 100


def refusal(archive, account, inside):
    """What the archive is refused with; nothing, if it is not."""
    try:
        files = Zipped(archive.file())
        plan = check(files)
        with inside(account):
            bring(files, plan)
    except Refused as refused:
        return "\n".join(str(each) for each in refused.args)
    except Exception as trouble:
        with suppress(ImportError):
            from privacy.exports.candor_archive import NoArchive

            if isinstance(trouble, NoArchive):
                return str(trouble)
        raise
    return ""


def test_an_archive_of_an_older_candor_comes_in_with_what_a_new_record_has(archived, empty, inside):
    """It knew nothing of a column; its manifest does not name it."""
    archive = Tampered(archived)
    archive.write_rows("crm.contact", [without_note(row) for row in archive.rows("crm.contact")])
    [listed] = [each for each in archive.manifest["entities"] if each["name"] == "crm.contact"]
    listed["columns"].remove("note")
    assert refusal(archive, empty, inside) == ""
    with inside(empty):
        assert set(Contact.objects.values_list("note", flat=True)) == {""}


def without_note(row):
    return {name: value for name, value in row.items() if name != "note"}
