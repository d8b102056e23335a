"""What proves a promise: the tests that carry its number, and how each of them last ended.

- A promise is proven by all tests marked with it, together: one that did not pass, and it is not proven.
- Which tests there are stands in their source. It is read, not run, so it is known wherever the source is;
  a test that is gone proves nothing any more.
- An ending counts for the code it was seen on, to the last character, whatever a commit is called. On any
  other code the test is *outdated* until it runs again.
- Only *passed* is good. Skipped, failed, expected to fail, a crash while setting up or tidying away: none is.
- A parametrised test has passed when every one of its cases has, though not all in one run.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

FOLDERS = ("bin", "static", "templates")  # what is code besides the packages


@dataclass(frozen=True)
class Ending:
    """How one case of a test ended, on which code, and when it last passed on any code."""

    outcome: str
    code: str
    commit: str
    at: str
    held_at: str = ""

    def state(self, code: str) -> str:
        """What it says about this code."""
        return "outdated" if self.outcome == "passed" and self.code != code else self.outcome


@dataclass(frozen=True)
class Record:
    """What is written down of one test: how many cases it has, and how those that ran have ended."""

    cases: int
    endings: Mapping[str, Ending] = field(default_factory=dict)


Records = Mapping[str, Record]


@dataclass(frozen=True)
class Proof:
    """One test, and where it stands for the code at hand."""

    test: str
    state: str
    cases: int = 0
    ran_at: datetime | None = None
    held_at: datetime | None = None
    commit: str = ""

    @property
    def has_passed(self) -> bool:
        return self.state == "passed"

    @property
    def has_failed(self) -> bool:
        return self.state in FAILED

    @property
    def sentence(self) -> str:
        """What the test's name says: ``test_a_day_has_24_hours`` is “A day has 24 hours”."""
        words = self.test.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def file(self) -> str:
        return self.test.partition("::")[0]


class BadMark(ValueError):
    """A test is marked in a way that can't be read from its source."""


def marks(folder: Path) -> dict[str, tuple[int, ...]]:
    """Every marked test below ``folder``, with its promises: ``tests/lib/test_x.py::test_y`` → ``(8, 9)``."""
    found = {}
    for file in sorted(folder.rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "@promise" not in text:
            continue
        try:
            functions = ast.parse(text).body
        except SyntaxError as error:
            raise BadMark(f"{file.name}, line {error.lineno}: {error.msg}") from error
        for node in functions:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (numbers := _numbers(node, file)):
                found[f"{file.relative_to(folder.parent).as_posix()}::{node.name}"] = numbers
    return found


def _numbers(function: ast.FunctionDef | ast.AsyncFunctionDef, file: Path) -> tuple[int, ...]:
    numbers = set()
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "promise":
            if not function.name.startswith("test"):
                raise BadMark(f"{file.name}, line {function.lineno}: {function.name} is no test, so it proves nothing")
            for given in mark.args:
                if not (isinstance(given, ast.Constant) and type(given.value) is int):
                    raise BadMark(f"{file.name}, line {given.lineno}: write the promise's number as a plain number")
                numbers.add(given.value)
    return tuple(sorted(numbers))


def fingerprint(project: Path) -> str:
    """A name for the code as it stands; another character anywhere makes another name."""
    digest = hashlib.sha256()
    for path in sorted(_code(project)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(project).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:16]


def _code(project: Path) -> Iterator[Path]:
    """Packages, their folders of templates and the like, and the files beside them; no words about the code."""
    for entry in project.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_file() and entry.suffix != ".md":
            yield entry
        elif entry.name in FOLDERS or (entry / "__init__.py").exists():
            for folder, names, files in os.walk(entry):
                names[:] = [name for name in names if name != "__pycache__" and not name.startswith(".")]
                yield from (Path(folder, name) for name in files if not name.startswith("."))


def read(file: Path) -> dict[str, Record]:
    """What the last runs wrote down; nothing where none did."""
    try:
        tests = json.loads(file.read_text(encoding="utf-8"))["tests"]
        return {
            test: Record(given["cases"], {case: Ending(**ending) for case, ending in given["endings"].items()})
            for test, given in tests.items()
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(file: Path, records: Records) -> None:
    """Put the records down whole or not at all."""
    text = json.dumps({"tests": {test: asdict(records[test]) for test in sorted(records)}}, indent=1)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(file)


def ran(record: Record | None, cases: int, endings: Mapping[str, Ending]) -> Record:
    """A test's record after a run in which these of its cases ended. A whole run leaves nothing of the old one."""
    before = record.endings if record else {}
    now = {case: _remembering(before.get(case), ending) for case, ending in endings.items()}
    return Record(cases, now if len(now) == cases else {**before, **now})


def _remembering(before: Ending | None, now: Ending) -> Ending:
    held_at = now.at if now.outcome == "passed" else before.held_at if before else ""
    return replace(now, held_at=held_at)


def proof(test: str, record: Record | None, code: str) -> Proof:
    """Where a test stands on this code: as its worst case does."""
    if record is None or not record.endings:
        return Proof(test, "not run")
    endings = list(record.endings.values())
    states = {
        "outdated" if ending.outcome == "passed" and ending.code != code else ending.outcome for ending in endings
    }
    if len(endings) != record.cases:
        states.add("not run")
    worst = min(states, key=WORST_FIRST.index)
    last = max(endings, key=lambda ending: ending.at)
    held_at = min(ending.held_at for ending in endings)  # as a whole, when the case that waits longest did
    return Proof(
        test,
        worst,
        cases=record.cases,
        ran_at=datetime.fromisoformat(last.at),
        held_at=datetime.fromisoformat(held_at) if held_at else None,
        commit=last.commit,
    )


FAILED = ("failed", "error", "xpassed", "xfailed")
WORST_FIRST = (*FAILED, "skipped", "not run", "outdated", "passed")
