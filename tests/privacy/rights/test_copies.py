"""The answer to a request is fetched as JSON, and as tables for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from django.test import Client

from accounts.models import User
from privacy.rights import intake, work
from privacy.rights.models import Channel, Kind
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@promise(112)
def test_the_copy_comes_as_tables_with_the_same_rows(acme, alice, sam):
    User.objects.filter(pk=alice.pk).update(street="=1+1")
    facts = {"population": "holder", "channel": Channel.APP, "email": alice.email, "name": "Alice"}
    request = intake.open_request(Kind.COPY, user=alice, **facts)
    work.decide(request, "full", answer="Here.", kept=[], by=sam)
    link = f"/privacy/request/{intake.LINKS.make(request.public_id.hex)}/copy/"
    whole, answer = Client().get(link).json(), Client().get(f"{link}?as=tables")
    assert answer["Content-Type"] == "application/zip" and f"candor-{request}.zip" in answer["Content-Disposition"]
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert json.loads(packed.read("data.json")) == whole
    files = [name for name in packed.namelist() if name.startswith("data/")]
    assert len(files) == len(whole["data"]) > 3
    for name, table in zip(files, whole["data"], strict=True):
        rows = list(csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"))))
        assert len(rows) - 1 == len(table["rows"]), name
        assert rows[0] == [field["label"] for field in table["fields"]]
    texts = " ".join(packed.read(name).decode("utf-8-sig") for name in files)
    assert "'=1+1" in texts  # a spreadsheet calculates nothing
    assert "category" in packed.read("categories.csv").decode("utf-8-sig")
