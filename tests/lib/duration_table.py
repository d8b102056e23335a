"""Reads durations.txt for the tests of both parsers."""

import re
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).with_name("durations.txt")


@dataclass(frozen=True)
class Row:
    line: int
    typed: str
    meaning: dict
    scene: dict = field(default_factory=dict)

    def __str__(self):
        scene = " ".join(f"{name}={value}" for name, value in self.scene.items())
        return f"{self.line}: {self.typed!r} {scene}".strip()


def rows():
    lines = enumerate(TABLE.read_text().splitlines(), start=1)
    return [_row(number, line) for number, line in lines if line.strip() and not line.startswith("#")]


def _row(number, line):
    typed, meaning, *scene = (part.strip() for part in line.split("|"))
    return Row(number, typed, _meaning(meaning), _scene(*scene))


def _meaning(text):
    if text.startswith("!"):
        return {"error": text[1:].strip()}
    if match := re.fullmatch(r"(\d+) to (\d+), (\d+)", text):
        return {"minutes": int(match[3]), "start": int(match[1]), "end": int(match[2])}
    return {"minutes": int(text), "start": None, "end": None}


def _scene(text=""):
    scene = dict(pair.split("=") for pair in text.split())
    return {name: int(value) if name == "present" else value for name, value in scene.items()}
