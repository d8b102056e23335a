"""The steps of an import of hours as somebody goes through them, and as a program does."""

from __future__ import annotations

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from tests.timetracking.imports.conftest import FOLDER
from timetracking import actions
from timetracking.imports.job import steps
from timetracking.models import HoursImport, TimeEntry

HOME = "/a/acme/admin/import/hours/"


def worked(acme, inside):
    with inside(acme):
        job = HoursImport.objects.get()
        steps.go_on(str(job.public_id))


def test_from_the_file_to_the_hours_and_back(client, acme, alice, bobs, website, inside, files_folder):
    client.force_login(alice)
    file = SimpleUploadedFile("harvest.csv", (FOLDER / "harvest.csv").read_bytes())
    columns = client.post(HOME, {"file": file}, follow=True)
    assert "This looks like an export of Harvest." in columns.text
    address = columns.request["PATH_INFO"].removesuffix("columns/")
    form = columns.context["form"]
    typed = {bound.html_name: bound.value() or "" for bound in form}
    assert "Two columns become “Day”." in client.post(f"{address}columns/", {**typed, "column_1": "day"}).text
    client.post(f"{address}columns/", typed)
    assert "Checking every row" in client.get(f"{address}check/").text
    worked(acme, inside)

    check = client.get(f"{address}check/")
    assert "8:32 all together" in check.text  # 8.2 and 0.33 hours
    assert "Nobody here is called Julien Roux." in check.text
    person, project = check.context["meaning"]
    assert (person.label, project.label) == ("Julien Roux", "Fjord Ferries · Timetable")
    meant = {"meaning": "1", person.html_name: str(bobs.public_id), project.html_name: str(website.public_id)}
    client.post(f"{address}check/", meant)
    worked(acme, inside)
    assert "Import 3 entries" in client.get(f"{address}check/").text
    client.post(f"{address}check/")
    worked(acme, inside)

    result = client.get(address)
    assert "3 entries imported, 10:32 all together." in result.text
    with inside(acme):
        assert {entry.project for entry in TimeEntry.objects.select_related("project")} == {website}
    client.post(f"{address}undo/")
    for _ in range(3):
        worked(acme, inside)
    assert "The import is undone." in client.get(address).text
    with inside(acme):
        assert not TimeEntry.objects.exists()


def test_who_may_not_log_for_others_imports_nothing(client, acme, bob, mallory, alices, upload):
    job = upload("harvest.csv")
    for person, status in ((bob, 403), (mallory, 404)):
        client.force_login(person)
        assert client.get(f"{HOME}{job.public_id}/columns/").status_code == status
        assert client.post(HOME, {}).status_code == status
    Membership.objects.filter(account_id=acme.pk, user_id=bob.pk).update(role="manager", sees_only_own_records=True)
    client.force_login(bob)
    assert client.get(HOME).status_code == 200
    assert client.get(f"{HOME}{job.public_id}/columns/").status_code == 404


def test_who_sees_only_their_own_imports_nobody_elses_hours(upload, run, acme, alices, bobs, website, inside):
    Membership.objects.filter(pk=alices.pk).update(role="manager", sees_only_own_records=True)
    job = run(upload("Date,User,Project,Hours\n2026-11-20,Bob Reyes,Website relaunch,1\n"))
    assert job.rejected == 1
    with inside(acme):
        assert job.rows.get().reason.startswith("Nobody here is called Bob Reyes.")


def test_who_may_not_see_a_colleagues_hours_any_more_does_not_read_them_in_an_import(
    client, upload, run, undo, acme, alice, alices, bobs, website, inside
):
    job = run(
        upload(
            "Date,User,Project,Hours\n"
            "2026-11-20,Bob Reyes,Website relaunch,1\n"
            f"2026-11-20,{alices},Website relaunch,2\n"
        )
    )
    with inside(acme):
        for entry in TimeEntry.objects.with_names().select_related("person__user"):
            actions.change_entry(entry, note="Changed")
    Membership.objects.filter(pk=alices.pk).update(role="manager", sees_only_own_records=True)
    client.force_login(alice)
    page = client.get(f"{HOME}{job.public_id}/").text
    assert page.count("Website relaunch on 20 Nov 2026") == 2  # of the one row: why, and what it says
    assert page.count("It is a colleague’s by now.") == 1
    undo(job)
    page = client.get(f"{HOME}{job.public_id}/").text
    assert "Bob Reyes" not in page
    assert f"{alices}, Website relaunch on 20 Nov 2026" in page
    with inside(acme):
        assert TimeEntry.objects.count() == 2
        assert set(job.rows.values_list("kept", flat=True)) == {"is a colleague’s by now", "was changed since"}


def test_a_program_imports_hours(alices_program, acme, bobs, website, inside, files_folder):
    program = alices_program
    headers = {"authorization": f"Bearer {program.key}"}
    kind = "application/octet-stream"
    content = (FOLDER / "harvest.csv").read_bytes()
    made = program.client.post("/api/v1/hours-imports/?name=h.csv", content, content_type=kind, headers=headers)
    assert made.status_code == 201, made.text
    path = f"hours-imports/{json.loads(made.text)['id']}/"
    assert program.post(f"{path}check/", {}).data["state"] == "checking"
    worked(acme, inside)
    found = program.get(path).data
    assert found["people"][1] == {"key": "julien roux", "name": "Julien Roux", "rows": 1, "is": ""}
    assert found["rejected"][0]["reason"].startswith("Nobody here is called Julien Roux.")
    assert program.post(f"{path}check/", {"people": {"nobody": "skip"}}).status_code == 422
    program.post(f"{path}check/", {"people": {"julien roux": "skip"}})
    worked(acme, inside)
    assert program.post(f"{path}run/", {}).data["state"] == "running"
    worked(acme, inside)
    assert program.get(path).data["rows"] == {"stored": 2, "merged": 0, "skipped": 1, "rejected": 0}


def test_a_program_that_means_nobody_and_nothing_here_hears_of_it(
    alices_program, acme, globex, bobs, website, inside, upload, check
):
    job = check(upload("harvest.csv"))
    path = f"hours-imports/{job.public_id}/"
    strangers = Membership.objects.filter(account_id=globex.pk).values_list("public_id", flat=True)
    for kind, key, meant in [
        ("people", "julien roux", "Julien"),
        ("people", "julien roux", "new"),
        ("people", "julien roux", str(strangers[0])),
        ("projects", "fjord ferries\ntimetable", "Timetable"),
        ("projects", "fjord ferries\ntimetable", str(bobs.public_id)),
    ]:
        answer = alices_program.post(f"{path}check/", {kind: {key: meant}})
        assert (answer.status_code, list(answer.data.get("errors", ()))) == (422, [kind]), (kind, meant)
    with inside(acme):
        assert HoursImport.objects.get().state == "checked"
    meant = {"people": {"julien roux": str(bobs.public_id)}, "projects": {"fjord ferries\ntimetable": "new"}}
    assert alices_program.post(f"{path}check/", meant).data["state"] == "checking"
    worked(acme, inside)
    assert alices_program.get(path).data["rows"]["stored"] == 3
