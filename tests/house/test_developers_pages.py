"""What only developers see does not exist elsewhere."""

import subprocess
import sys

import pytest

from config.env import child_environ
from tests import database

PROGRAM = "import tests; from django.urls import resolve; resolve({path!r})"


@pytest.mark.parametrize(("debug", "is_there"), [("0", False), ("1", True)])
@pytest.mark.parametrize("path", ["/dev/mail/", "/kit/"])
def test_developers_pages_are_there_for_developers_alone(path, debug, is_there):
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM.format(path=path)],
        cwd=database.PROJECT,
        env=child_environ({"DEBUG": debug, "SECRET_KEY": "x" * 50}),
        capture_output=True,
    )
    assert (b"Resolver404" in ended.stderr) is not is_there
