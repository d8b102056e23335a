"""Imports for programs: sent, checked, run, asked for, taken back."""

import pytest

from crm.imports import job as jobs
from crm.models import Contact, ContactImport

PEOPLE = b"First name,E-mail,Shoe\nMaren,maren@x.example,38\nNils,nils@x.example,44\n,,41\n"


@pytest.fixture
def send(alices):
    def go(content=PEOPLE, path="imports/?name=people.csv", media_type="application/octet-stream", **headers):
        sent = {"authorization": f"Bearer {alices.key}", **{name.replace("_", "-"): it for name, it in headers.items()}}
        response = alices.client.generic("POST", f"/api/v1/{path}", data=content, content_type=media_type, headers=sent)
        response.data = response.json()
        return response

    return go


@pytest.fixture
def work(acme, inside):
    """What a worker does."""

    def go():
        with inside(acme):
            while job := ContactImport.objects.filter(state__in=ContactImport.at_work).first():
                jobs.go_on(str(job.public_id))

    return go


def test_a_file_is_checked_run_and_taken_back(send, alices, work, acme, inside, files_folder):
    made = send()
    assert made.status_code == 201, made.data
    address = f"imports/{made.data['id']}/"
    assert made["Location"].endswith(f"/api/v1/{address}")
    assert (made.data["name"], made.data["state"]) == ("people.csv", "uploaded")
    assert [each["field"] for each in made.data["columns"]] == ["first_name", "email", ""]
    assert alices.post(f"{address}run/").status_code == 409
    assert alices.post(f"{address}undo/").status_code == 422
    assert alices.post(f"{address}cancel/").data["state"] == "uploaded"  # nothing runs

    columns = ["first_name", "email", "title"]
    checking = alices.post(f"{address}check/", {"columns": columns, "match_on": ["email"], "on_match": "update"})
    assert (checking.status_code, checking.data["state"]) == (200, "checking")
    assert alices.post(f"{address}check/").status_code == 409
    work()
    checked = alices.get(address).data
    assert (checked["state"], checked["rows_total"]) == ("checked", 3)
    assert checked["rows"] == {"stored": 2, "merged": 0, "skipped": 0, "rejected": 1}
    assert [each["row"] for each in checked["rejected"]] == [4]
    assert "nobody to store" in checked["rejected"][0]["reason"]
    assert alices.get("contacts/").data["results"] == []

    assert alices.post(f"{address}run/").data["state"] == "running"
    assert alices.post(f"{address}run/").data["state"] == "running"  # asked again: it runs once
    work()
    done = alices.get(address).data
    assert (done["state"], done["rows"]["stored"], done["failure"]) == ("done", 2, "")
    assert sorted(each["title"] for each in alices.get("contacts/").data["results"]) == ["38", "44"]
    assert alices.post(f"{address}undo/").data["state"] == "undoing"
    work()
    assert alices.get(address).data["state"] == alices.post(f"{address}undo/").data["state"] == "undone"
    with inside(acme):
        assert not Contact.objects.live().exists()


def test_what_is_wrong_is_named(send, alices, acme, inside, files_folder, monkeypatch):
    assert send(media_type="application/json").status_code == 415
    assert send(path="imports/").data["errors"].keys() == {"name"}
    assert send(path="imports/?name=a.csv&mode=quick").data["errors"].keys() == {"mode"}
    assert send(b"").status_code == send(b"\x00\x01\x02" * 99, "imports/?name=a.xls").status_code == 422
    address = f"imports/{send().data['id']}/"
    for body, wrong in (
        ({"columns": ["email"]}, "columns"),
        ({"columns": ["email", "planet", ""]}, "columns"),
        ({"columns": ["", "", ""]}, "record"),
        ({"on_match": "burn"}, "on_match"),
        ({"match_on": ["shoe"]}, "match_on"),
        ({"match_on": "email"}, "match_on"),
        ({"mode": "x"}, "mode"),
    ):
        response = alices.post(f"{address}check/", body)
        assert (response.status_code, next(iter(response.data["errors"]))) == (422, wrong), body
    monkeypatch.setattr("accounts.api.body.MOST_BYTES", 10)
    assert send().status_code == send(idempotency_key="large").status_code == 413
    with inside(acme):
        assert ContactImport.objects.count() == 1


def test_a_file_sent_again_with_its_key_is_one_import(send, acme, inside, files_folder):
    first, second = (send(idempotency_key="people-1") for _ in range(2))
    assert (first.data, second["Idempotency-Replayed"]) == (second.data, "true")
    for other in (PEOPLE + b"Ada,ada@x.example,40\n", PEOPLE.replace(b"Nils", b"Nora")):  # the second is as long
        assert send(other, idempotency_key="people-1").data["type"].endswith("#key-reused")
    with inside(acme):
        assert ContactImport.objects.count() == 1
