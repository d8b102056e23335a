"""An import is taken back as if it had never been, but for what somebody changed or used since."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import BellNotice, Membership
from audit.models import Event, Payload
from crm import actions, search
from crm.imports import job as jobs
from crm.imports import ringing, steps, undoing
from crm.models import Company, Contact, ContactImport, ContactTag, ImportedChange, Tag
from timetracking.models import Project

State = ContactImport.State
OURS = {"ContactImport", "ImportedRow", "ImportedChange", "BulkChange"}
PASSING = {"version", "updated_at", "id", "public_id"}


@pytest.fixture
def undo(acme, inside):
    """Take it back as a worker does."""

    def go(job, by=None):
        with inside(acme):
            undoing.start(job, by=by)
            job.refresh_from_db()
        while job.is_at_work:
            with inside(acme):
                jobs.go_on(str(job.public_id))
                job.refresh_from_db()
        return job

    return go


def everything():
    """Every row of the crm's tables, but for what says when and how often it was written."""
    found = {}
    for model in apps.get_app_config("crm").get_models():
        if model.__name__ not in OURS:
            rows = model._default_manager.values()
            passing = PASSING - ({"id"} if hasattr(model, "name_key") else set())
            kept = [sorted((name, value) for name, value in row.items() if name not in passing) for row in rows]
            found[model.__name__] = sorted(map(repr, kept))
    return found


def _parts(name):
    return actions.Parts(tags=["Client"], further={"emails": [{"label": "Home", "email": f"{name}@home.example"}]})


def a_populated_account():
    fjord = actions.store(Company(name="Fjord", city="Oslo"), actions.Parts(tags=["Client"]))
    for name, company in (("maren", fjord), ("nils", None)):
        contact = Contact(first_name=name.title(), last_name="Holm", email=f"{name}@x.example", company=company)
        actions.store(contact, _parts(name))


NAMES, FIRMS = ["Maren", "Nils", "Zoë 🌻", "נעמה", ""], ["Fjord", "fjord ", "Lab", ""]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["maren@x.example", "nils@home.example", "new@x.example", "bad(at)x", ""]),
        st.sampled_from(["+49 30 901820", "+47 22 123456", ""]),
        st.sampled_from(FIRMS),
        st.sampled_from(["Client", "New, Berlin", ""]),
        st.sampled_from(["Oslo", "Ulm", ""]),
    ),
    min_size=1,
    max_size=7,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=ROWS, on_match=st.sampled_from(ContactImport.OnMatch.values), batch=st.sampled_from([2, 100]))
def test_import_and_undo_is_the_identity(upload, run, undo, acme, inside, monkeypatch, rows, on_match, batch):
    monkeypatch.setattr(steps, "BATCH", batch)
    monkeypatch.setattr(undoing, "BATCH", batch - 1)
    with inside(acme):
        if not Contact.objects.exists():
            a_populated_account()
        before = everything()
    text = "First name,E-mail,Phone,Company,Tags,City\n"
    job = upload(text + "".join(",".join(f'"{value}"' for value in row) + "\n" for row in rows))
    job.on_match, job.match_on = on_match, ["email", "name_company"]
    with inside(acme):
        job.save()
    run(job)
    assert job.state == State.DONE
    assert undo(job).state in (State.UNDONE, State.DONE)
    with inside(acme):
        assert everything() == before
        assert job.undo.get("kept", 0) == 0
        assert not ImportedChange.objects.exists()


def test_what_somebody_changed_or_used_since_stays_and_is_named(client, alice, upload, run, undo, acme, inside):
    people = "Maren,m@x.example,Lab\nNils,n@x.example,Fjord\nUte,u@x.example,Fjord\n"
    job = run(upload(f"First name,E-mail,Company\n{people}"))
    with inside(acme):
        maren, nils = Contact.objects.get(first_name="Maren"), Contact.objects.get(first_name="Nils")
        maren.city = "Ulm"
        actions.store(maren, actions.Parts(), expected=1)
        actions.retag(nils, [], ["Client"])
        Project.objects.create(name="Site", company=Company.objects.get(name="Lab"))
    undo(job)
    with inside(acme):
        assert sorted(Contact.objects.values_list("first_name", flat=True)) == ["Maren", "Nils"]
        assert sorted(Company.objects.values_list("name", flat=True)) == ["Fjord", "Lab"]
        assert (job.undo["removed"], job.undo["kept"]) == (1, 4)
        assert Event.objects.filter(kind="contacts.import_undone").count() == 1
        assert not Contact.objects.filter(search.matching(Contact, "ute")).exists()
    client.force_login(alice)
    html = client.get(f"/a/acme/admin/import/{job.public_id}/").content.decode()
    assert "1 record removed" in html
    assert "Maren" in html
    assert "It was changed since." in html


def test_an_overwritten_contact_gets_its_values_back_and_the_file_its_say(upload, run, undo, acme, inside):
    with inside(acme):
        a_populated_account()
    people = "Marina,maren@x.example,Lab,CTO,\nNils,nils@home.example,,Boss,+4930901820\n"
    job = upload(f"First name,E-mail,Company,Job title,Phone\n{people}")
    job.on_match = "update"
    run(job)
    with inside(acme):
        maren = Contact.objects.select_related("company").get(email="maren@x.example")
        assert (maren.first_name, maren.company.name, maren.title, maren.phone) == ("Marina", "Lab", "CTO", "")
        changes = [payload.data.get("changes") for payload in Payload.objects.all()]
        assert {"first_name": ["Maren", "Marina"], "company": ["Fjord", "Lab"], "title": ["", "CTO"]} in changes
        nils = Contact.objects.get(first_name="Nils")
        nils.title = "Chef"
        actions.store(nils, actions.Parts(), expected=nils.version)
    undo(job)
    with inside(acme):
        maren = Contact.objects.select_related("company").get(email="maren@x.example")
        assert (maren.first_name, maren.company.name, maren.title) == ("Maren", "Fjord", "")
        assert Contact.objects.get(first_name="Nils").title == "Chef"
        assert not Company.objects.filter(name="Lab").exists()
        assert job.undo["kept"] == 1


def test_only_what_who_undoes_it_may_change_is_taken_back(
    client, alice, bob, upload, run, undo, acme, inside, member_of
):
    with inside(acme):
        member = member_of(bob)
        Membership.objects.filter(pk=member.pk).update(sees_only_own_records=True)
        for name in ("Maren", "Nils"):
            actions.store(Contact(first_name=name, email=f"{name}@x.example".lower(), owner=member), actions.Parts())
    people = "Maren,maren@x.example,Oslo\nNils,nils@x.example,Ulm\nUte,ute@x.example,Kiel\n"
    job = run(upload(f"First name,E-mail,City\n{people}", by="bob@acme.example"))
    with inside(acme):
        Contact.objects.filter(first_name="Nils").update(restricted_at=timezone.now())
        for name, last in (("Maren", "Lindqvist"), ("Ute", "Sommerfeld")):
            Contact.objects.filter(first_name=name).update(owner=member_of(alice), last_name=last)
    undo(job, by=member_of(bob))
    with inside(acme):
        assert set(Contact.objects.values_list("first_name", "city")) == {
            ("Maren", "Oslo"), ("Nils", "Ulm"), ("Ute", "Kiel")
        }  # fmt: skip
        assert (job.undo["removed"], job.undo["put_back"], job.undo["kept"]) == (0, 0, 3)
    url = f"/a/acme/admin/import/{job.public_id}/"
    client.force_login(bob)
    for show in ("stored", "merged"):
        html = client.get(f"{url}?show={show}").content.decode()
        assert "colleague’s" in html and "Nils" in html
        assert "Lindqvist" not in html and "Sommerfeld" not in html
    client.force_login(alice)
    assert "Lindqvist" in client.get(url).content.decode()


def test_the_log_names_who_undid_it(client, alice, bob, upload, run, undo, acme, inside, member_of):
    job = run(upload("First name,E-mail\nMaren,m@x.example\n", by="bob@acme.example"))
    client.force_login(alice)
    client.post(f"/a/acme/admin/import/{job.public_id}/undo/")
    with inside(acme):
        job.refresh_from_db()
    undo(job)
    with inside(acme):
        assert Event.objects.get(kind="contacts.imported").actor_id == job.by_id
        assert Event.objects.get(kind="contacts.import_undone").actor_id == member_of(alice).pk


def test_the_bell_rings_for_who_waited_long(client, alice, upload, run, undo, acme, inside, monkeypatch):
    job = run(upload("First name,E-mail\nMaren,m@x.example\n"))
    client.force_login(alice)
    with inside(acme):
        assert not BellNotice.objects.exists()
    monkeypatch.setattr(ringing, "LONG", timedelta(0))
    undo(job)
    run(upload("First name,E-mail\nNils,n@x.example\n"))
    html = client.get("/a/acme/notices/").content.decode()
    assert "took the import of people.csv back" in html
    assert "finished the import of people.csv: 1 row imported, 0 not" in html


def test_undo_is_possible_for_thirty_days_and_once(client, alice, bob, carol, upload, run, undo, acme, inside):
    job = run(upload("First name,E-mail,Tags\nMaren,m@x.example,New\n"))
    url = f"/a/acme/admin/import/{job.public_id}/"
    client.force_login(carol)
    assert client.post(f"{url}undo/").status_code == 403
    client.force_login(alice)
    assert "Undo the import" in client.get(url).content.decode()
    with inside(acme):
        job.finished_at -= timedelta(days=31)
        job.save()
    assert "Undo the import" not in client.get(url).content.decode()
    client.post(f"{url}undo/")
    with inside(acme):
        assert Contact.objects.count() == 1
        undoing.forget_old()
        assert not ImportedChange.objects.exists()
        job.finished_at = timezone.now()
        job.save()
    again = run(upload("First name,E-mail\nNils,n@x.example\n"))
    client.post(f"/a/acme/admin/import/{again.public_id}/undo/")
    client.post(f"/a/acme/admin/import/{again.public_id}/undo/")
    undo(again)
    assert "The import is undone." in client.get(f"/a/acme/admin/import/{again.public_id}/").content.decode()
    with inside(acme):
        assert (Contact.objects.count(), Tag.objects.count(), ContactTag.objects.count()) == (1, 1, 1)
