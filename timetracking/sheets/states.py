"""Which state of a timesheet follows which, and who may bring it about: the one table.

The diagram in ``docs/timesheets.md`` is drawn from it (``manage.py timesheet_states --write``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from timetracking.errors import WrongState
from timetracking.models import Timesheet

State = Timesheet.State


class Verb(StrEnum):
    """What can happen to a timesheet."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SIGN = "sign"  # approved by one of several
    APPROVE = "approve"  # approved by the last one
    RETURN = "return"
    REOPEN = "reopen"
    TAKE_BACK = "take back"  # the approval, by whoever just gave it
    CORRECT = "correct"  # an hour in it was changed late, with a reason


class Who(StrEnum):
    """Who may."""

    PERSON = "the person"
    APPROVER = "an approver"
    SIGNER = "who just approved it"
    CORRECTOR = "who may edit late"


class Step(NamedTuple):
    """One row: in this state, this verb leads to that state, if one of these asks."""

    state: State
    verb: Verb
    then: State
    who: Who


TABLE = (
    Step(State.OPEN, Verb.SUBMIT, State.SUBMITTED, Who.PERSON),
    Step(State.RETURNED, Verb.SUBMIT, State.SUBMITTED, Who.PERSON),
    Step(State.SUBMITTED, Verb.WITHDRAW, State.OPEN, Who.PERSON),
    Step(State.PARTLY_APPROVED, Verb.WITHDRAW, State.OPEN, Who.PERSON),
    Step(State.SUBMITTED, Verb.SIGN, State.PARTLY_APPROVED, Who.APPROVER),
    Step(State.PARTLY_APPROVED, Verb.SIGN, State.PARTLY_APPROVED, Who.APPROVER),
    Step(State.SUBMITTED, Verb.APPROVE, State.APPROVED, Who.APPROVER),
    Step(State.PARTLY_APPROVED, Verb.APPROVE, State.APPROVED, Who.APPROVER),
    Step(State.SUBMITTED, Verb.RETURN, State.RETURNED, Who.APPROVER),
    Step(State.PARTLY_APPROVED, Verb.RETURN, State.RETURNED, Who.APPROVER),
    Step(State.APPROVED, Verb.REOPEN, State.RETURNED, Who.APPROVER),
    Step(State.PARTLY_APPROVED, Verb.TAKE_BACK, State.SUBMITTED, Who.SIGNER),
    Step(State.APPROVED, Verb.TAKE_BACK, State.SUBMITTED, Who.SIGNER),
    Step(State.SUBMITTED, Verb.CORRECT, State.SUBMITTED, Who.CORRECTOR),
    Step(State.PARTLY_APPROVED, Verb.CORRECT, State.SUBMITTED, Who.CORRECTOR),
    Step(State.APPROVED, Verb.CORRECT, State.SUBMITTED, Who.CORRECTOR),
)
_steps = {(step.state, step.verb): step for step in TABLE}


def step(state: str, verb: Verb) -> Step:
    """What the verb leads to from here; raises WrongState where it leads nowhere."""
    found = _steps.get((State(state), verb))
    if found is None:
        raise WrongState(f"This timesheet is {State(state).label.lower()} by now. Load the page again.")
    return found


def verbs(state: str, who: Who) -> set[Verb]:
    """What these may do from here."""
    return {step.verb for step in TABLE if step.state == state and step.who == who}


def diagram() -> str:
    """The table as a Mermaid diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.OPEN}"]
    lines += [f"    {step.state} --> {step.then}: {step.verb} ({step.who})" for step in TABLE]
    return "\n".join(lines)
