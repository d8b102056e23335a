"""The one error that is written for the person at the keyboard."""

import sys
from typing import NoReturn


class Trouble(Exception):
    """Says in sentences what happened and what to do; commands print it and exit with code 2."""


def give_up(trouble: Trouble) -> NoReturn:
    """End the program with the trouble's words and no traceback."""
    print(trouble, file=sys.stderr, flush=True)  # noqa: T201
    raise SystemExit(2)
