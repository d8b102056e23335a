"""Whoever changes a sealed log behind its back is found out, unless the table says otherwise.

Each attack is tried on a log of some dozen events under five checkpoints, by the owner of the database. It is found
by ``manage.py verify_audit`` on the database and by the single file on an export, alone or beside an anchor.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from drills import attacks
from drills.attacks import World
from drills.evidence import Evidence
from drills.sealed_world import attacker, found_by_command, found_by_file, world
from drills.stage import stage

TIMES = 300
TIMES_A_WORLD = 25
EXPORT, NEWEST, CHECKPOINT = (
    "an export of an earlier hour",
    "the newest export",
    "a signed checkpoint of an earlier hour",
)


class Trial(NamedTuple):
    """An attack, what the customer kept, and whether command and file must find it: all of them, or none."""

    attack: Callable[[World], None]
    kept: str = ""
    command: bool = True
    file: bool = True


FINDERS = {"command": found_by_command, "file": found_by_file}
TRIALS = [
    Trial(attacks.edit_column),
    Trial(attacks.retime),
    Trial(attacks.edit_words),
    Trial(attacks.edit_words_and_commitment),
    Trial(attacks.delete_words),
    Trial(attacks.delete_event),
    Trial(attacks.delete_event_and_link),
    Trial(attacks.delete_and_renumber),
    Trial(attacks.delete_link),
    Trial(attacks.swap_events),
    Trial(attacks.swap_times),
    Trial(attacks.insert_event),
    Trial(attacks.insert_event_and_link),
    Trial(attacks.move_to_another_account),
    Trial(attacks.cut_off_signed_end),
    Trial(attacks.rewrite),
    Trial(attacks.rewrite_and_drop_proofs),
    Trial(attacks.rewrite_before_the_hour),
    Trial(attacks.rewrite_and_reseal_before_the_hour),
    Trial(attacks.cut_off_before_the_hour),
    Trial(attacks.rewrite_and_sign_with_another_key),
    Trial(attacks.edit_checkpoint),
    Trial(attacks.edit_last_signature),
    Trial(attacks.delete_checkpoint),
    Trial(attacks.forge_checkpoint),
    Trial(attacks.edit_proof),
    Trial(attacks.forget_head),
    Trial(attacks.wipe),
    Trial(attacks.edit_earlier_signature, file=False),
    Trial(attacks.cut_off_unsigned_end, "", command=False, file=False),
    Trial(attacks.cut_off_unsigned_end, NEWEST),
    Trial(attacks.rewrite_with_the_stolen_key, "", command=False, file=False),
    Trial(attacks.rewrite_with_the_stolen_key, EXPORT),
    Trial(attacks.rewrite_with_the_stolen_key, CHECKPOINT),
    Trial(attacks.append_as_the_program_does, NEWEST, command=False, file=False),
]


def run() -> Evidence:
    """All attacks, 300 times each."""
    with stage() as name, attacker(name), TemporaryDirectory() as folder:
        settings.AUDIT_LOG_KEY_FILE = Path(folder) / "audit_log_key"
        logging.getLogger("audit.checkpoints").disabled = True  # it tells of each attack that it noticed
        return table(TIMES)


def table(trials: int, looking_away: Callable[[], AbstractContextManager[None]] = nullcontext) -> Evidence:
    """Attacks × trials × found, and whether each was found as often as it should be."""
    counts = Counter[tuple[int, str]]()
    for begin in range(0, trials, TIMES_A_WORLD):
        with world(begin, looking_away) as it:
            for place, trial in enumerate(TRIALS):
                for _ in range(min(TIMES_A_WORLD, trials - begin)):
                    counts.update((place, who) for who in _who_finds(trial, it))
    rows: list[list[object]] = []
    for place, trial in enumerate(TRIALS):
        name = " ".join((trial.attack.__doc__ or "").split())
        rows.append([name, trial.kept or "-", trials, counts[place, "command"], counts[place, "file"]])
    holds = all(
        row[3:] == [trials * trial.command, trials * trial.file] for row, trial in zip(rows, TRIALS, strict=True)
    )
    remarks = [
        "Without an anchor nobody finds what was cut off before any checkpoint held it, nor a past that was made anew "
        "by who holds database and key. Nobody ever finds an event that the program itself was made to append, or "
        "one that was never recorded. An earlier signature tells nothing that the last one does not.",
    ]
    return Evidence(["attack", "kept", "trials", "verify_audit", "single file"], rows, holds, remarks)


def _who_finds(trial: Trial, it: World) -> list[str]:
    """Make one attack, ask command and file, and undo it."""
    anchors = [it.kept[trial.kept]] if trial.kept else []
    with transaction.atomic():
        trial.attack(it)
        found = [name for name, finds in FINDERS.items() if finds(it, anchors)]
        transaction.set_rollback(True)
    return found
