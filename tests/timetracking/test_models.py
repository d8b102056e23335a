import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from timetracking.models import Project, SheetRow, Task, TimeEntry

MONDAY = "2026-11-16"


def refuses(**fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        TimeEntry.objects.create(**fields)
    return str(error.value)


@pytest.mark.parametrize("minutes", [0, 1441])
def test_an_entry_is_between_a_minute_and_a_day(in_acme, bobs, website, minutes):
    assert "timeentry_fits_in_a_day" in refuses(person=bobs, project=website, day=MONDAY, minutes=minutes)


def test_a_task_belongs_to_the_entrys_project(in_acme, bobs, website, internal, design):
    with pytest.raises(IntegrityError, match="timetracking_timeentry_task_in_project"), transaction.atomic():
        TimeEntry.objects.create(person=bobs, project=internal, task=design, day=MONDAY, minutes=60)


def test_clock_times_come_in_pairs(in_acme, bobs, website):
    error = refuses(person=bobs, project=website, day=MONDAY, minutes=60, started_at=timezone.now())
    assert "timeentry_has_both_ends_or_none" in error


def test_a_task_is_once_in_its_project_whatever_its_case(in_acme, website, internal, design):
    with pytest.raises(IntegrityError, match="task_once_per_project"), transaction.atomic():
        Task.objects.create(project=website, name="DESIGN")
    assert Task.objects.create(project=internal, name="Design").pk


def test_a_row_without_a_task_is_once_on_a_sheet(in_acme, bobs, website):
    SheetRow.objects.create(person=bobs, week=MONDAY, project=website)
    with pytest.raises(IntegrityError, match="sheetrow_once_a_week"), transaction.atomic():
        SheetRow.objects.create(person=bobs, week=MONDAY, project=website)


def test_an_entry_cannot_name_a_project_of_another_account(acme, bobs, secret, inside):
    with (
        inside(acme),
        pytest.raises(IntegrityError, match="in_account"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO timetracking_timeentry (account_id, public_id, version, created_at, updated_at,"
            " project_id, person_id, day, minutes, time_zone, note, billable, source, lock_reason) VALUES"
            " (%s, gen_random_uuid(), 1, now(), now(), %s, %s, %s, 60, '', '', true, 'typed', '')",
            [acme.pk, secret.pk, bobs.pk, MONDAY],
        )


def test_a_project_without_a_company_is_internal(in_acme, internal, website):
    assert (internal.client, website.client) == ("Internal", "Tidewater Museum")
    assert Project.objects.active().count() == 2
