"""Rules looked at in Python say yes only where PostgreSQL would."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import CheckConstraint, DateTimeField, F, IntegerField, Q, TextField, Value
from django.db.models.functions import Length
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenancy.rules import surely_keeps
from timetracking.models import Project, TimeEntry

NUMBERS = st.none() | st.integers(-2, 3)
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["budget_minutes", "version"]), st.sampled_from(["", "__gt", "__gte", "__lt", "__lte"]),
              st.integers(-1, 2) | st.sampled_from([F("version"), F("budget_minutes")])),
    st.tuples(st.sampled_from(["budget_minutes", "archived_at"]), st.just("__isnull"), st.booleans()),
    st.tuples(st.just("budget_minutes"), st.just("__range"), st.just((0, 2))),
    st.tuples(st.just("budget_minutes"), st.just("__in"), st.just([1, 2])),
    st.tuples(st.just("name"), st.just(""), st.sampled_from(["", "a"])),
).map(lambda parts: Q((parts[0] + parts[1], parts[2])))  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        inner.map(lambda q: ~q),
    ),
    max_leaves=5,
)


KINDS = {
    "budget_minutes": IntegerField(null=True),
    "version": IntegerField(),
    "name": TextField(),
    "archived_at": DateTimeField(null=True),
}


def holds_in_postgres(condition, row):
    return condition.check({name: Value(getattr(row, name), kind) for name, kind in KINDS.items()})


@given(condition=CONDITIONS, budget=NUMBERS, version=st.integers(-1, 2), name=st.sampled_from(["", "a", "b"]))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_what_is_sure_here_holds_there(condition, budget, version, name, in_acme):
    row = Project(name=name, budget_minutes=budget, version=version)
    if surely_keeps(row, CheckConstraint(condition=condition, name="x")):
        assert holds_in_postgres(condition, row)


@pytest.mark.parametrize(
    "condition",
    [Q(name__gt="a"), Q(name__startswith="a"), Q(company__name="a"), Q(F("billable")),
     Q(budget_minutes__gte=Length("name")), Q(name="a") ^ Q(name="b"), Q(budget_minutes__lt=F("company__version"))],
)  # fmt: skip
def test_what_python_cannot_tell_is_left_to_postgres(condition, in_acme):
    assert not surely_keeps(Project(name="abc", budget_minutes=1), CheckConstraint(condition=condition, name="x"))


def test_the_usual_row_is_not_asked_about(in_acme):
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    fine = TimeEntry(minutes=30, started_at=at, stopped_at=at.replace(hour=10), time_zone="UTC")
    with CaptureQueriesContext(connection) as asked:
        fine.validate_constraints()
    assert len(asked) == 0
