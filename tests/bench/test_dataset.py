from datetime import timedelta

from bench import dataset


def test_the_rows_are_the_same_at_every_run():
    rows = dataset.make(contacts=200)
    assert rows == dataset.make(contacts=200)
    assert rows.firms[0].people[7].email == "delba.yorbopen.7@t0.example.com"
    assert rows.entries[0].note == "report site visit 7787"


def test_a_smaller_set_is_smaller_everywhere():
    rows = dataset.make(contacts=1000)
    assert [len(firm.people) for firm in rows.firms] == [1000, *[20] * 20]
    assert [len(firm.companies) for firm in rows.firms] == [50, *[1] * 20]
    assert (len(rows.users), len(rows.projects), len(rows.tasks), len(rows.entries)) == (200, 150, 450, 10_000)


def test_the_week_that_is_looked_at_is_always_full():
    week = [dataset.MONDAY + timedelta(days=number) for number in range(5)]
    for number in (1, 5, 25, 250):
        days = dataset.workdays(number)
        assert len(days) == max(number, 5)
        assert set(week) <= set(days)
