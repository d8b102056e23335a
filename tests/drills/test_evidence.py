"""The page of evidence keeps one section a drill, the newest."""

import sys

import pytest

from drills import evidence
from drills.evidence import Evidence

FOUND = Evidence(["attack", "detected"], [["edited", "300/300"], ["swapped", 7]], holds=True, remarks=["As hoped."])


def test_a_table_is_aligned():
    assert FOUND.table().splitlines() == [
        "| attack  | detected |",
        "| ------- | -------- |",
        "| edited  | 300/300  |",
        "| swapped | 7        |",
    ]


def test_a_section_says_when_of_what_commit_and_whether_it_holds():
    words = evidence.section("tamper", "Nothing is changed unseen.", FOUND, 61.4)
    assert words.startswith("## tamper\n\nNothing is changed unseen.\nIt holds. (20")
    assert "commit " in words and "61 s" in words and words.endswith("As hoped.\n")
    failed = Evidence(["a"], [], holds=False)
    assert "**It does not hold.**" in evidence.section("tamper", "…", failed, 1)


def test_a_new_section_takes_the_place_of_the_old_one(tmp_path):
    page = tmp_path / "evidence.md"
    evidence.store("tamper", "## tamper\n\nfirst\n", page)
    evidence.store("kill", "## kill\n\nother\n", page)
    evidence.store("tamper", "## tamper\n\nsecond\n", page)
    assert page.read_text() == evidence.INTRODUCTION + "\n## kill\n\nother\n\n## tamper\n\nsecond\n"


@pytest.mark.parametrize(("words", "code"), [(["--list"], 0), (["nonsense"], 2)])
def test_the_command_names_the_drills(monkeypatch, capsys, words, code):
    drills = __import__("drills.__main__").__main__
    monkeypatch.setattr(drills, "known", lambda: {"tamper": sys.modules[__name__]})
    assert drills.main(words) == code
    said = capsys.readouterr()
    assert "tamper" in said.out + said.err


def test_a_drill_that_does_not_hold_is_a_failure(monkeypatch, tmp_path, capsys):
    drills = __import__("drills.__main__").__main__
    monkeypatch.setattr(evidence, "store", lambda name, words: (tmp_path / name).write_text(words))

    class Drill:
        """Proves nothing."""

        @staticmethod
        def run():
            return Evidence(["a"], [["b"]], holds=False)

    monkeypatch.setattr(drills, "known", lambda: {"nothing": Drill})
    assert drills.main([]) == 1
    assert "It does NOT hold." in capsys.readouterr().out
    assert "does not hold" in (tmp_path / "nothing").read_text()
