"""What a run of marked tests writes down, and when a test counts: tried with small projects of their own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime

import pytest

from config.env import child_environ, env
from privacy.policies import proofs
from tests import database
from tests.promises import promise

pytest_plugins = ["pytester"]

HEAD = "import os, pytest\nfrom tests.promises import promise\n\n"
PLAIN = ["-p", "tests.promises", "-p", "no:cacheprovider", "--assert=plain"]


class Project:
    """A project with one file of tests, and what its runs have written down."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester, self.folder, self.file = pytester, pytester.path, pytester.path / ".promises.json"
        (self.folder / "tests").mkdir()
        (self.folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib --strict-markers\n")

    def write(self, tests: str) -> None:
        (self.folder / "tests/test_it.py").write_text(HEAD + tests)

    def run(self, tests: str, *words: str) -> pytest.RunResult:
        """Run the project's tests in this process, which is quick."""
        self.write(tests)
        return self.pytester.runpytest_inprocess(*PLAIN, *(words or ("tests",)))

    def run_with_workers(self, tests: str) -> None:
        self.write(tests)
        subprocess.run(
            [sys.executable, "-m", "pytest", *PLAIN, "-p", "xdist", "-n", "2", "tests"],
            cwd=self.folder,
            env=child_environ({"PROMISES_FILE": str(self.file), "PYTHONPATH": str(database.PROJECT)}),
            capture_output=True,
        )

    def states(self) -> dict[str, str]:
        """Name → state of every marked test, on the code as it stands now."""
        records, code = proofs.read(self.file), proofs.fingerprint(self.folder)
        return {
            test.rpartition("::")[2]: proofs.proof(test, records.get(test), code).state
            for test in proofs.marks(self.folder / "tests")
        }


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(pytester)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # these runs need none, and are quick without
    monkeypatch.setattr("tests.promises.env", replace(env, promises_file=project.file))
    return project


ENDINGS = """
@promise(1)
def test_passes(): ...

@promise(1)
def test_fails(): assert 0

@promise(1)
def test_skips(): pytest.skip()

@promise(1)
@pytest.mark.skip
def test_is_skipped(): ...

@promise(1)
@pytest.mark.xfail
def test_is_expected_to_fail(): assert 0

@promise(1)
@pytest.mark.xfail
def test_passes_unexpectedly(): ...

@pytest.fixture
def broken():
    raise ValueError

@pytest.fixture
def untidy():
    yield
    raise ValueError

@promise(1)
def test_has_no_set_up(broken): ...

@promise(1)
def test_leaves_a_mess(untidy): ...

def test_is_not_marked(): ...
"""


ENDED = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_skips": "skipped",
    "test_is_skipped": "skipped",
    "test_is_expected_to_fail": "xfailed",
    "test_passes_unexpectedly": "xpassed",
    "test_has_no_set_up": "error",
    "test_leaves_a_mess": "error",
}


def test_only_what_passed_counts(project):
    project.run(ENDINGS)
    assert project.states() == ENDED


def test_workers_report_the_same_and_one_that_breaks_proves_nothing(project):
    project.run_with_workers(ENDINGS + "@promise(1)\ndef test_breaks(): os._exit(1)")
    assert project.states() == {**ENDED, "test_breaks": "error"}


CASES = "@promise(1)\n@pytest.mark.parametrize('n', [1, 2, 3])\ndef test_cases(n): assert n != BAD"


def test_a_parametrised_test_passes_with_all_its_cases(project):
    good, bad = CASES.replace("BAD", "9"), CASES.replace("BAD", "2")
    project.run(good, "tests/test_it.py::test_cases[1]")
    assert project.states() == {"test_cases": "not run"}
    project.run(good, "tests", "-k", "2 or 3")
    assert project.states() == {"test_cases": "passed"}
    project.run(bad)
    assert project.states() == {"test_cases": "failed"}


def test_a_case_that_is_gone_is_forgotten_by_the_next_whole_run(project):
    project.run(CASES.replace("BAD", "3"))
    project.run(CASES.replace("BAD", "3").replace(", 3]", "]"))
    assert project.states() == {"test_cases": "passed"}
    (record,) = proofs.read(project.file).values()
    assert [case[-3:] for case in record.endings] == ["[1]", "[2]"]


TWO = "@promise(1)\ndef test_one(): ...\n\n@promise(2)\ndef test_two(): assert 'BROKEN' not in os.environ\n"


def test_a_run_of_one_test_leaves_the_other_as_it_was(project, monkeypatch):
    project.run(TWO)
    monkeypatch.setenv("BROKEN", "1")
    project.run(TWO, "tests", "-k", "two")
    assert project.states() == {"test_one": "passed", "test_two": "failed"}
    project.run(TWO, "tests", "-k", "one")
    assert project.states() == {"test_one": "passed", "test_two": "failed"}


def test_on_other_code_a_test_is_outdated_until_it_runs_again(project):
    project.run(TWO)
    (project.folder / "product.py").write_text("answer = 42\n")
    assert project.states() == {"test_one": "outdated", "test_two": "outdated"}
    project.run(TWO, "tests", "-k", "one")
    assert project.states() == {"test_one": "passed", "test_two": "outdated"}


def test_when_a_test_last_held_is_remembered(project, monkeypatch):
    project.run(TWO)
    test = "tests/test_it.py::test_two"
    held = proofs.read(project.file)[test].endings[test].held_at
    monkeypatch.setenv("BROKEN", "1")
    project.run(TWO)
    proof = proofs.proof(test, proofs.read(project.file)[test], proofs.fingerprint(project.folder))
    assert (proof.state, proof.held_at) == ("failed", datetime.fromisoformat(held))


def test_a_test_that_is_gone_disappears(project):
    project.run(TWO)
    project.run(TWO.partition("\n\n")[0])
    assert project.states() == {"test_one": "passed"}
    assert list(proofs.read(project.file)) == ["tests/test_it.py::test_one"]


def test_code_that_changes_while_it_is_tried_has_proved_nothing(project):
    project.run("@promise(1)\ndef test_changes_code():\n    open('product.py', 'w').write('answer = 43')")
    assert project.states() == {"test_changes_code": "outdated"}


@pytest.mark.parametrize("words", [("tests", "--collect-only"), ("tests", "-k", "nothing")])
def test_a_run_without_a_marked_test_changes_nothing(project, words):
    project.run(TWO)
    before = project.file.read_text()
    project.run(TWO, *words)
    assert project.file.read_text() == before


@pytest.mark.parametrize("numbers", ["151", "0", ""])
def test_an_unknown_promise_stops_the_collection(project, numbers):
    ended = project.run(f"@promise({numbers})\ndef test_one(): ...\n\ndef test_two(): ...")
    assert ended.ret == 2
    ended.stdout.fnmatch_lines(["*ValueError: *promise*", "*1 error*"])


@pytest.mark.parametrize(
    "text",
    [
        "@promise(1, NUMBER)\ndef test_one(): ...",
        "@promise(1)\ndef test_one(: ...",
        "@promise(1)\ndef helps(): ...\n\ndef test_one(): ...",
    ],
)
def test_a_mark_that_cannot_be_read_stops_the_run(project, text):
    project.write(text)
    with pytest.raises(proofs.BadMark, match=r"test_it\.py, line \d"):
        proofs.marks(project.folder / "tests")
    assert project.run(text).ret == pytest.ExitCode.USAGE_ERROR


def test_marks_add_up(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text("@promise(3)\n@promise(1, 2)\ndef test_one(): ...")
    assert proofs.marks(tmp_path / "tests") == {"tests/test_it.py::test_one": (1, 2, 3)}


def test_every_character_of_the_code_counts_and_no_other(tmp_path):
    for name in ("app/__init__.py", "templates/page.html", "static/a.css", "package-lock.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
        before = proofs.fingerprint(tmp_path)
        (tmp_path / name).write_text("two")
        assert proofs.fingerprint(tmp_path) != before, name
    before = proofs.fingerprint(tmp_path)
    for name in ("README.md", ".env", "data/base", "docs/x.md", "app/__pycache__/x.pyc", "node_modules/x.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
        assert proofs.fingerprint(tmp_path) == before, name


@pytest.mark.parametrize("text", [None, "", "[]", '{"tests": {"a": 1}}', '{"tests": {"a": {"cases": 1}}}'])
def test_a_missing_or_damaged_file_proves_nothing(tmp_path, text):
    if text is not None:
        (tmp_path / "file").write_text(text)
    assert proofs.read(tmp_path / "file") == {}


def test_the_mark_is_a_mark():
    assert promise(1, 2).mark.args == (1, 2)


def test_a_second_try_proves_what_it_ends_with(project):
    """Only tests that drive real processes have one: see tests/turns.py."""
    tries = (
        "@pytest.mark.flaky(reruns=1)\n@promise(1)\ndef test_{0}(tries=[]):\n    tries.append(1)\n    assert {1}\n\n"
    )
    tests = tries.format("better", "len(tries) == 2") + tries.format("worse", "False")
    project.run(tests, "-p", "pytest_rerunfailures", "tests")
    assert project.states() == {"test_better": "passed", "test_worse": "failed"}
