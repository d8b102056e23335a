"""The archive of an account: whole, of one moment, and in formats that other programs read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter

import icalendar
import jsonschema
import pandas
import vobject
from django.core.management import call_command
from django.db import connection

from accounts.models import StoredFile
from audit.keys import ready_key
from crm.models import Contact
from drills.export import multiply
from lib.sheets import guarded
from privacy.exports.archive import Writing
from privacy.exports.candor_archive import lines_of, read_manifest, table_of
from privacy.exports.entities import entities, left_out
from privacy.exports.scopes import whole
from privacy.exports.selecting import counting
from privacy.exports.snapshot import Snapshot
from tests.privacy.exports.conftest import EVIL
from tests.promises import promise

MANY = 50_000


def rows(files, name):
    return list(lines_of(files, f"data/{name}.jsonl"))


@promise(112)
def test_it_has_every_entity_every_column_and_every_row_of_its_account(full, archived, files, inside, tmp_path):
    manifest = read_manifest(files)
    listed = {each["name"]: each for each in manifest["entities"]}
    carried = {entity.name: entity for entity in entities() if not entity.place}
    assert listed.keys() == carried.keys()
    omitted = list(lines_of(files, "omitted.jsonl"))
    assert {line["entity"] for line in omitted if line["what"] == "table"} == left_out().keys()
    left = {(line["entity"], line["column"]): line["reason"] for line in omitted if line["what"] == "column"}
    with inside(full), connection.cursor() as cursor:
        for name, entity in carried.items():
            cursor.execute(counting(entity, full.pk))
            assert cursor.fetchone() == (listed[name]["rows"],), name
            assert listed[name]["columns"] == [column.name for column in entity.columns]
            assert left.keys() >= {(name, column) for column, _ in entity.omitted}
    check_formats(files, carried)
    check_texts(files)
    check_other_programs(files)
    check_with_pandas(files, carried)
    check_files_and_log(files, full, inside)
    check_verifier(archived, tmp_path)


def check_formats(files, carried):
    """Each row fits its schema, and the table has the same rows."""
    filled = 0
    for name in carried:
        found = rows(files, name)
        schema = json.loads(files.open(f"schema/{name}.schema.json").read())
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        for row in found[:200]:
            validator.validate(row)
        header, *table = table_of(files, f"csv/{name}.csv")
        assert header == list(schema["properties"]), name
        assert len(table) == len(found), name
        filled += bool(found)
    assert filled > 25  # the demo fortnight fills those


def check_texts(files):
    """Whatever breaks a format comes through it, and a spreadsheet calculates nothing."""
    contact = next(row for row in rows(files, "crm.contact") if row["last_name"] == "Ødegård")
    assert contact["note"] == EVIL
    assert contact["custom"] == {"a": EVIL}
    header, *table = table_of(files, "csv/crm.contact.csv")
    line = next(dict(zip(header, row, strict=True)) for row in table if row[header.index("last_name")] == "Ødegård")
    assert line["note"] == EVIL
    assert line["first_name"] == "'=HYPERLINK(1)"
    assert line["is_sample"] == "false"
    assert line["phone"] == "+45 20 55 01 77"  # nothing in it to calculate
    assert line["city"] == "'+1+cmd"
    assert json.loads(line["custom"]) == {"a": EVIL}


def check_other_programs(files):
    """vCards by vobject, calendars by icalendar: neither is ours."""
    text = files.open("vcard/contacts.vcf").read().decode()
    cards = {str(card.uid.value).removeprefix("urn:uuid:"): card for card in vobject.readComponents(text)}
    live = {row["id"]: row for row in rows(files, "crm.contact") if not row["deleted_at"] and not row["restricted_at"]}
    assert cards.keys() == live.keys()
    evil = next(row for row in live.values() if row["last_name"] == "Ødegård")
    assert cards[evil["id"]].note.value == EVIL
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    entries = {row["id"]: row for row in rows(files, "timetracking.timeentry")}
    events = icalendar.Calendar.from_ical(files.open("ical/hours.ics").read()).walk("VEVENT")
    assert {str(event["UID"]) for event in events} == entries.keys()
    assert all(event.end > event.start for event in events)
    assert icalendar.Calendar.from_ical(files.open("ical/activities.ics").read()).walk("VEVENT")


def check_with_pandas(files, carried):
    """Read by pandas, whole numbers, yes and no, days and moments are what the schema says, and no text is changed."""
    kinds = Counter()
    for name in carried:
        found = rows(files, name)
        columns = json.loads(files.open(f"schema/{name}.schema.json").read())["properties"]
        texts = {column: "string" for column, said in columns.items() if kind_of(said) in ("text", "moment")}
        with files.open(f"csv/{name}.csv") as file:
            table = pandas.read_csv(
                file, dtype=texts, dtype_backend="numpy_nullable", keep_default_na=False, na_values=[""]
            )
        assert len(table) == len(found), name
        for column, said in columns.items() if found else ():
            kinds[kind_of(said)] += 1
            check_column(table[column], [row[column] for row in found], kind_of(said), f"{name}.{column}")
    assert min(kinds[kind] for kind in ("text", "whole", "decimal", "yes or no", "moment", "other")) > 3


def kind_of(said):
    names = said.get("type", "json")
    name = names[0] if isinstance(names, list) else names
    if said.get("pattern", "").startswith("^-?"):
        return "decimal"
    if said.get("format") in ("date", "date-time"):
        return "moment"
    return {"integer": "whole", "boolean": "yes or no", "string": "text"}.get(name, "other")


def check_column(column, values, kind, place):
    there = [value for value in values if value not in (None, "")]
    if kind == "text":
        assert sorted(column.dropna()) == sorted(map(guarded, there)), place
    elif kind in ("whole", "decimal") and there:
        assert pandas.api.types.is_numeric_dtype(column), (place, column.dtype)
        assert kind == "decimal" or pandas.api.types.is_integer_dtype(column), (place, column.dtype)
        assert sorted(column.dropna()) == sorted(map(float, there)), place
    elif kind == "yes or no" and there:
        assert pandas.api.types.is_bool_dtype(column) and column.sum() == sum(there), place
    elif kind == "moment":
        read = pandas.to_datetime(column.dropna(), utc=True, format="ISO8601")
        assert sorted(read) == sorted(pandas.to_datetime(pandas.Series(there), utc=True, format="ISO8601")), place
    elif kind == "other":
        assert [json.loads(cell) for cell in column.dropna()] == [value for value in values if value is not None], place


def check_files_and_log(files, full, inside):
    with inside(full):
        stored = StoredFile.objects.filter(purpose="receipt").first()
        assert files.open(f"files/{stored.sha256}").read() == stored.open().read()
    log = list(lines_of(files, "log/log.jsonl"))
    assert log[0]["type"] == "log" and log[-1]["type"] == "end"


def check_verifier(archived, tmp_path):
    """The archive's own verifier, alone with Python."""
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(archived).extractall(folder)

    def verify(*words):
        command = [sys.executable, "-E", "-S", str(folder / "verify.py"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = verify()
    assert whole.returncode == 0, whole.stdout + whole.stderr
    (folder / "data" / "crm.tag.jsonl").write_text("")
    assert verify().returncode == 1
    call_command("verify_export", str(archived), stdout=io.StringIO())


def test_every_reference_leads_to_a_row_of_the_archive(full, files):
    known = {
        entity.name: {row.get("id") for row in rows(files, entity.name)} for entity in entities() if not entity.place
    }
    for entity in entities():
        for row in rows(files, entity.name) if not entity.place else ():
            for column in entity.keys:
                assert row[column.name] is None or row[column.name] in known[column.to], (entity.name, column.name)


@promise(112)
def test_fifty_thousand_rows_leave_in_the_memory_of_a_few(committed, key_file, files_folder, acme, inside, recorder):
    """The drill tries a million, and how quick it is."""
    with recorder.looking_away(), inside(acme), connection.cursor() as cursor:
        Contact.objects.create(first_name="Maren", last_name="Holt", city="København", note=EVIL)
        multiply(cursor, Contact, MANY, acme)
    with inside(acme), Snapshot(acme.pk) as snapshot:
        writing = Writing(acme, whole(), snapshot, ready_key(), "Alice")
        tracemalloc.start()
        try:
            size = sum(map(len, writing.chunks()))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert writing.counts["crm.contact"] == MANY
    assert most < 8 * 1024 * 1024 < sum(member.size for member in writing.zip.members), (most, size)
