"""Brings up workers and schedulers quickly: imports everything once, then forks one for each line it reads.

A line names the log, what to add to the environment and Celery's words; the answer is the number of the process,
which leads a session of its own. When the last line is read, all of them are killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any

from tests.kills import worker


def bring_up(order: dict[str, Any]) -> None:
    """Become a worker, or a scheduler; never come back."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order["environ"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    worker.read_environment()
    worker.app.start(order["words"])


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    started = []
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            bring_up(json.loads(line))
            os._exit(0)
        started.append(number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    for number in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(number, signal.SIGKILL)


if __name__ == "__main__":
    main()
