"""The import as a job: every row once, counted, with its reason; and nothing lost when it stops."""

import pytest
from django.utils import timezone

from accounts.alarms import Alarm, ring
from accounts.models import Membership
from audit.models import Event, Payload
from crm import search
from crm.imports import job as jobs
from crm.imports import rows as cleaning
from crm.imports import steps
from crm.models import Company, Contact, ContactEmail, ContactImport, ContactPhone, ImportedRow, Tag
from tests.crm.imports.conftest import FOLDER
from tests.crm.imports.files.make import FILES

Outcome = ImportedRow.Outcome


def outcomes(job):
    return list(job.rows.order_by("row").values_list("row", "outcome"))


def test_the_check_foresees_what_the_run_does_and_stores_nothing(upload, check, run, acme, inside):
    job = check(upload())
    foreseen = {**job.counts(), "companies": job.companies_added}
    with inside(acme):
        assert not Contact.objects.exists()
        assert not Company.objects.exists()
        assert [row.row for row in job.rows.all()] == [4]
    assert [row["name"] for row in job.preview] == ["Maren Ölschläger", "Nils Groß", "Bäckerei Kornblum"]
    run(job)
    assert {**job.counts(), "companies": job.companies_added} == foreseen
    assert foreseen == {"stored": 3, "merged": 0, "skipped": 0, "rejected": 1, "companies": 2}


def test_every_row_read_has_exactly_one_outcome(upload, run, acme, inside):
    job = run(upload())
    assert job.state == job.State.DONE
    assert sum(job.counts().values()) == job.rows_read == 4
    with inside(acme):
        assert outcomes(job) == [(2, "stored"), (3, "stored"), (4, "rejected"), (5, "stored")]
        rejected = job.rows.get(outcome=Outcome.REJECTED)
        assert rejected.values == ["Ute", "Kaputt", "ute(at)x", "", "", "", ""]
        assert rejected.reason.startswith("Row 4: 'ute(at)x' is not an e-mail address.")


def test_contacts_companies_tags_and_words_are_there(upload, run, acme, inside):
    job = run(upload())
    with inside(acme):
        maren = Contact.objects.get(email_lower="maren@nordlicht.example")
        assert (maren.full_name, maren.title, maren.phone_e164) == ("Maren Ölschläger", "Chefin", "+4930901820")
        assert maren.email == "Maren@Nordlicht.example"
        assert maren.owner == job.by
        assert maren.source == "Import of people.csv"
        assert sorted(tag.tag.name for tag in maren.tags.select_related("tag")) == ["Berlin", "Kunde"]
        assert sorted(Company.objects.values_list("name", flat=True)) == ["Bäckerei Kornblum", "Nordlicht"]
        assert {contact.company.name for contact in Contact.objects.select_related("company")} == {"Nordlicht"}
        for asked in ("olschl", "nordlicht", "maren@nordlicht.example", "030901820"):
            assert Contact.objects.filter(search.matching(Contact, asked)).exists(), asked
        assert Company.objects.filter(search.matching(Company, "kornblum")).exists()


def test_one_event_in_the_name_of_who_pressed_the_button(upload, run, acme, inside):
    job = run(upload())
    with inside(acme):
        event = Event.objects.get(kind="contacts.imported")
        assert (event.actor_kind, event.actor_id, event.record_id) == ("member", job.by_id, job.public_id)
        data = Payload.objects.get(event_id=event.pk).data
        assert (data["stored"], data["rejected"], data["file"]) == (3, 1, "people.csv")


def test_importing_the_same_file_again_doubles_nobody(upload, run, acme, inside):
    run(upload())
    again = run(upload())
    assert again.counts() == {"stored": 0, "merged": 3, "skipped": 0, "rejected": 1}
    with inside(acme):
        assert Contact.objects.count() == 2
        assert Company.objects.count() == 2
        assert Tag.objects.count() == 2


def test_filling_leaves_what_is_there_and_says_both(upload, run, acme, inside):
    run(upload("First name,Last name,E-mail,Job title\nMaren,Groß,m@x.example,Chefin\n"))
    job = run(
        upload(
            "First name,E-mail,E-mail 2,Phone,Mobile,Job title,City,Company\n"
            "Marie,M@X.example,m2@x.example,+49 30 901820,+49 151 23456789,Angestellte,Ulm,Nordlicht\n"
        )
    )
    with inside(acme):
        maren = Contact.objects.select_related("company").get()
        assert (maren.first_name, maren.title, maren.city) == ("Maren", "Chefin", "Ulm")
        assert maren.company.name == "Nordlicht"
        assert maren.phone == "+4930901820"
        assert [(way.email, way.label) for way in ContactEmail.objects.all()] == [("m2@x.example", "")]
        assert [(way.phone, way.label) for way in ContactPhone.objects.all()] == [("+4915123456789", "Mobile")]
        assert maren.version == 2
        reason = job.rows.get().reason
    assert reason == "Completed Maren Groß: city, company, phone. Left as it was: first name, job title."
    with inside(acme):
        assert Contact.objects.filter(search.matching(Contact, "nordlicht")).exists()
        assert Contact.objects.filter(search.matching(Contact, "m2@x.example")).exists()


def test_a_further_address_is_recognised_too(upload, run, acme, inside):
    run(upload("First name,E-mail,E-mail 2\nMaren,m@x.example,m2@x.example\n"))
    job = run(upload("First name,E-mail\nMaren,m2@x.example\n"))
    assert job.merged == 1
    with inside(acme):
        assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "counts", "people"), [("skip", (0, 0, 2), 1), ("add", (2, 0, 0), 3), ("fill", (0, 2, 0), 1)]
)
def test_the_rule_for_people_already_there(upload, check, run, acme, inside, rule, counts, people):
    run(upload("First name,E-mail\nMaren,m@x.example\n"))
    job = upload("First name,E-mail\nMarie,m@x.example\nMaria,M@X.EXAMPLE\n")
    job.on_match = rule
    check(job)
    assert (job.stored, job.merged, job.skipped) == counts
    run(job)
    assert (job.stored, job.merged, job.skipped) == counts
    with inside(acme):
        assert Contact.objects.count() == people


def test_the_same_person_twice_in_one_file_is_one_contact(upload, check, run, acme, inside):
    job = check(upload("First name,E-mail,City\nMaren,m@x.example,\nMaren,M@x.example,Ulm\n"))
    assert (job.stored, job.merged) == (1, 1)
    run(job)
    assert (job.stored, job.merged) == (1, 1)
    with inside(acme):
        assert Contact.objects.get().city == "Ulm"


def test_without_an_address_name_and_company_can_decide(upload, run, acme, inside):
    text = "First Name,Last Name,Company\nPriya,Raman,Fjord\nPriya,Raman,Other\n"
    run(upload(text))
    job = upload(text)
    job.match_on = [job.MatchOn.EMAIL, job.MatchOn.NAME_COMPANY]
    run(job)
    assert (job.stored, job.merged) == (0, 2)
    with inside(acme):
        assert Contact.objects.count() == 2


def test_a_contact_in_the_bin_is_not_somebody_who_is_there(upload, run, acme, inside):
    run(upload("First name,E-mail\nMaren,m@x.example\n"))
    with inside(acme):
        Contact.objects.update(deleted_at=timezone.now())
    assert run(upload("First name,E-mail\nMaren,m@x.example\n")).stored == 1


def test_who_sees_only_their_own_records_touches_nobody_elses(upload, run, acme, bob, inside):
    run(upload("First name,E-mail\nMaren,m@x.example\n"))
    member = bob.memberships.get()
    member.sees_only_own_records = True
    member.save()
    job = run(upload("First name,E-mail,City\nMaren,m@x.example,Ulm\n", by="bob@acme.example"))
    assert job.stored == 1
    with inside(acme):
        assert sorted(Contact.objects.values_list("owner__user__email", "city")) == [
            ("alice@acme.example", ""), ("bob@acme.example", "Ulm"),
        ]  # fmt: skip


def test_two_accounts_know_nothing_of_each_other(upload, run, acme, globex, inside):
    run(upload())
    with inside(globex):
        assert not Contact.objects.exists()
        assert not ContactImport.objects.exists()
        assert not ImportedRow.objects.exists()


def test_every_sample_file_is_imported(upload, check, run):
    for name in FILES:
        job = check(upload(FOLDER / name, name=name))
        foreseen = job.counts()
        run(job)
        assert job.state == job.State.DONE, name
        assert job.counts() == foreseen, name
        assert sum(foreseen.values()) == job.rows_read > 0, name
        assert job.accepted >= 1, name


def test_many_rows_go_in_pieces_and_each_is_there_once(upload, run, acme, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 7)
    job = run(upload("First name,E-mail\n" + "".join(f"M{n},m{n}@x.example\n" for n in range(40))))
    assert (job.stored, job.rows_read) == (40, 40)
    with inside(acme):
        assert Contact.objects.count() == 40
        assert job.rows.count() == 40


def test_the_number_of_statements_does_not_grow_with_the_rows(upload, run, acme, inside, django_assert_max_num_queries):
    def job_of(count):
        return upload(
            "First name,E-mail,Company,Tags\n" + "".join(f"M{n},m{n}@x.example,F{n},t\n" for n in range(count))
        )

    small, large = job_of(2), job_of(300)
    with inside(acme):
        jobs.start_run(small)
        with django_assert_max_num_queries(60) as few:
            jobs.go_on(str(small.public_id))
        jobs.start_run(large)
        with django_assert_max_num_queries(len(few) + 2):
            jobs.go_on(str(large.public_id))
        assert Contact.objects.count() == 300


def test_a_row_that_breaks_the_program_stops_the_import_with_a_sentence(upload, run, acme, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    clean = cleaning.RowCleaner.clean

    def breaks(self, record):
        assert record.row != 5
        return clean(self, record)

    monkeypatch.setattr(cleaning.RowCleaner, "clean", breaks)
    job = run(upload("First name,E-mail\n" + "".join(f"M{n},m{n}@x.example\n" for n in range(6))))
    assert job.state == job.State.FAILED
    assert "unexpected" in job.failure
    assert (job.rows_read, job.stored) == (2, 2)
    with inside(acme):
        assert Contact.objects.count() == 2
        assert job.rows.count() == 2
    assert not Alarm.objects.filter(account_id=acme.pk).exists()


def test_an_expired_file_stops_the_import_with_a_sentence(upload, run, acme, inside):
    job = upload()
    job.file.path.unlink()
    assert run(job).failure == "The file has expired. Upload it again."


def test_a_stopped_import_says_so_and_goes_no_further(upload, acme, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    job = upload()
    with inside(acme):
        jobs.start_run(job)
        jobs.go_on(str(job.public_id))
        job.refresh_from_db()
        jobs.cancel(job)
        jobs.go_on(str(job.public_id))
        job.refresh_from_db()
        assert job.state == job.State.CANCELLED
        assert (job.rows_read, Contact.objects.count()) == (2, 2)
        assert Event.objects.filter(kind="contacts.imported").count() == 1


def test_a_finished_import_is_not_run_again(upload, run, acme, inside):
    job = run(upload())
    with inside(acme):
        jobs.go_on(str(job.public_id))
        assert Contact.objects.count() == 2


def test_the_alarm_is_set_by_every_piece_and_cleared_by_the_last(upload, run, acme, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    job = upload()
    with inside(acme):
        jobs.start_run(job)
        jobs.go_on(str(job.public_id))
    alarm = Alarm.objects.get(account_id=acme.pk)
    assert (alarm.task, alarm.public_id) == (ContactImport.task, job.public_id)
    assert 50 < (alarm.rings_at - timezone.now()).total_seconds() <= 60
    run(job)
    assert not Alarm.objects.filter(account_id=acme.pk).exists()


def test_an_alarm_rings_once_a_minute_until_somebody_moves(acme, upload, inside, monkeypatch):
    sent = []
    monkeypatch.setattr("accounts.alarms.send", lambda name, kwargs: sent.append((name, kwargs)))
    job = upload()
    with inside(acme):
        jobs.start_run(job)
    assert ring() == 0
    Alarm.objects.filter(account_id=acme.pk).update(rings_at=timezone.now())
    assert ring() == 1
    assert ring() == 0
    assert sent == [(ContactImport.task, {"public_id": str(job.public_id), "account_id": acme.pk})]


def test_columns_are_as_long_as_the_cleaner_believes():
    for name, limit in cleaning.LIMITS.items():
        if name in ("note", "email"):
            continue
        model, field = {"company": (Company, "name"), "tag": (Tag, "name"), "domain": (Company, "domain")}.get(
            name, (Contact, name)
        )
        assert model._meta.get_field(field).max_length == limit, name
    assert Contact._meta.get_field("email").max_length >= cleaning.LIMITS["email"]


@pytest.mark.parametrize("again", [jobs.start_run, jobs.start_check])
def test_a_second_click_does_not_start_over(upload, check, acme, inside, again):
    """Rows without an address know nobody: imported twice, they would be there twice."""
    job = check(upload("First name;Last name\nMaren;Holm\n"))
    with inside(acme):
        clicked_twice = ContactImport.objects.get(pk=job.pk)
        jobs.start_run(job)
        jobs.go_on(str(job.public_id))
        again(clicked_twice)
        jobs.go_on(str(job.public_id))
        assert Contact.objects.count() == 1
        job.refresh_from_db()
        assert (job.state, job.stored) == (job.State.DONE, 1)


def test_it_stops_when_who_asked_for_it_may_no_longer(bob, upload, run, member_of, acme, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    job = upload(by="bob@acme.example")
    with inside(acme):
        jobs.start_run(job)
        jobs.go_on(str(job.public_id))
        Membership.objects.filter(pk=member_of(bob).pk).update(role="reader")
        jobs.go_on(str(job.public_id))
        job.refresh_from_db()
        assert (job.state, job.failure, job.rows_read) == ("failed", jobs.LEFT, 2)
