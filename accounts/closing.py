"""What must happen when an account closes: each app says its own steps, in its ``closing.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.files.stored import shred
from accounts.mail import UNDER_WAY, State
from accounts.models import Account, OutgoingMail
from lib.seals import marks
from tenancy import held


@dataclass(frozen=True)
class Receipt:
    """What somebody outside says of an account that ended there: a card processor, for one.

    ``is_final``: nothing is left to wait for. ``reference``: by which they know it.
    """

    who: str
    said: str
    reference: str = ""
    is_final: bool = True


@dataclass(frozen=True)
class Step:
    """One thing to end, such as a subscription or a job. Runs inside the account; harmless when run twice.

    ``erases``: it takes something away for good, so it waits as long as anything of the account is held.
    ``receipt`` is asked, inside the account, before its rows are erased: None when nobody outside was concerned.
    """

    name: str
    run: Callable[[Account], Any]
    order: int = 50
    receipt: Callable[[Account], Receipt | None] | None = None
    erases: bool = False


_STEPS: dict[str, Step] = {}


def register(step: Step) -> None:
    """Add a step; raises ValueError when the name is taken."""
    if step.name in _STEPS:
        raise ValueError(f"There is a closing step named {step.name} already.")
    _STEPS[step.name] = step


def steps() -> list[Step]:
    """All steps in their order."""
    return sorted(_STEPS.values(), key=lambda step: (step.order, step.name))


def run(account: Account) -> list[str]:
    """Do all steps; returns their names. What erases waits as long as anything is held: see ``erase``."""
    return _run(account, [step for step in steps() if not (step.erases and held.anything())])


def erase(account: Account) -> list[str]:
    """Do the steps that waited for the end of a hold."""
    return _run(account, [step for step in steps() if step.erases])


def _run(account: Account, due: list[Step]) -> list[str]:
    for step in due:
        step.run(account)
    return [step.name for step in due]


def receipts(account: Account) -> list[Receipt]:
    """What everybody outside says of this account, whose steps have run."""
    said = [step.receipt(account) for step in steps() if step.receipt is not None]
    return [receipt for receipt in said if receipt is not None]


def certificate_path(public_id: UUID) -> str:
    """Where the certificate of an account's end will be, for whoever was told: its owners, in their last letter."""
    return reverse("certificate", args=[public_id, certificate_secrets(public_id)[0]])


def certificate_secrets(public_id: UUID) -> list[str]:
    """What opens that address: made of our secrets, the newest first, as nothing of the account is left to ask."""
    return marks("certificate of erasure", str(public_id))


def _drop_letters(account: Account) -> None:
    """What waits to be sent is not wanted any more; the letters that tell of the closing are written afterwards."""
    waiting = OutgoingMail.objects.filter(state__in=UNDER_WAY, account_id=account.pk)
    waiting.update(state=State.UNWANTED, text="", html="")


register(Step("letters", _drop_letters, order=80))
register(Step("stored files", lambda account: shred(), order=90, erases=True))
