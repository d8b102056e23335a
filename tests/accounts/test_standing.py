"""What an account may do, to the second: the whole way from the trial to the end, and over every odd day of a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from accounts.models import Account
from accounts.standing import Standing, closing_ends
from tests.promises import promise

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
TRIALING, ACTIVE, PAST_DUE, READ_ONLY, CLOSING, CLOSED = Standing
# A leap day, both changes of the clock, the end of a month that is longer than the next, the end of a year.
BEGINNINGS = [
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=ZoneInfo("Pacific/Auckland")),
]


def stays(account, begins, table):
    """Each line: from so many days after ``begins`` the account stands so, to the second."""
    begins = begins.astimezone(UTC)
    for (_, before), (days, then) in pairwise(table):
        edge = begins + days * DAY
        assert account.standing(edge - SECOND) == before, (begins, days)
        assert account.standing(edge) == account.standing(edge + SECOND) == then, (begins, days)


@promise(8, 34)
def test_every_step_of_an_account_comes_at_its_second():
    for begins in BEGINNINGS:
        trial = Account(created_at=begins, trial_ends_at=begins.astimezone(UTC) + 30 * DAY)
        stays(trial, begins, [(0, TRIALING), (30, READ_ONLY), (90, CLOSING), (120, CLOSED)])

        payer = Account(created_at=begins, trial_ends_at=begins, paid_through=begins.astimezone(UTC) + 45 * DAY)
        stays(payer, begins, [(0, ACTIVE), (45, READ_ONLY), (105, CLOSING), (135, CLOSED)])

        owes = Account(created_at=begins, trial_ends_at=begins, paid_through=begins.astimezone(UTC) + 400 * DAY)
        owes.past_due_since = begins.astimezone(UTC)
        stays(owes, begins, [(0, PAST_DUE), (14, READ_ONLY), (74, CLOSING), (104, CLOSED)])
        assert closing_ends(owes) == begins.astimezone(UTC) + 104 * DAY
        owes.past_due_since = None  # paid, on whatever day
        assert {owes.standing(begins.astimezone(UTC) + days * DAY) for days in (13, 14, 30, 73)} == {ACTIVE}

        leaves = Account(created_at=begins, trial_ends_at=begins.astimezone(UTC) + 30 * DAY, closing_days=7)
        leaves.closing_at = begins.astimezone(UTC) + 3 * DAY
        stays(leaves, begins, [(0, TRIALING), (3, CLOSING), (10, CLOSED)])


def test_what_staff_say_stands_above_payments_until_its_second_and_above_no_wish_to_close():
    now = datetime(2028, 2, 29, 12, tzinfo=UTC)
    over = Account(created_at=now, trial_ends_at=now - 59 * DAY)
    assert over.standing(now) == READ_ONLY
    over.overruled_as, over.overruled_until = "active", now + 10 * DAY
    stays(over, now, [(0, ACTIVE), (10, READ_ONLY), (70, CLOSING), (100, CLOSED)])  # never erased on the very day

    payer = Account(created_at=now, trial_ends_at=now, paid_through=now + 365 * DAY)
    payer.overruled_as, payer.overruled_until = "read_only", now + 10 * DAY
    stays(payer, now, [(0, READ_ONLY), (10, ACTIVE), (365, READ_ONLY)])
    payer.closing_at = now + 2 * DAY
    stays(payer, now, [(0, READ_ONLY), (2, CLOSING), (32, CLOSED)])
