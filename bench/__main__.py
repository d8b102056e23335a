"""`bin/bench`: load the rows, start Candor and the floor side by side, measure them in turn, tell."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OF_AN_INSTALLATION = (
    "ALLOWED_HOSTS", "CANDOR_DATABASE_ROLE", "CELERY_BROKER_URL", "DATABASE_URL", "DATABASE_OWNER_URL",
    "DATABASE_LOADER_URL", "DATABASE_SUPPORT_URL", "DATABASE_BROKER_URL", "EMAIL_URL", "EMAIL_FROM", "PORT",
    "SECRET_KEY", "TRIAL_DAYS", "WORKER_QUEUE",
)  # fmt: skip


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.small:
        arguments.contacts //= 10
    _settle(arguments.data / str(arguments.contacts))

    import django

    from config.trouble import Trouble, give_up

    try:
        django.setup()
        from bench.run import run

        return run(arguments)
    except Trouble as trouble:
        give_up(trouble)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__.partition(": ")[2])
    parser.add_argument("--only", default="", metavar="CASE,…", help="measure these cases alone, by name or its start")
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured (5)")
    parser.add_argument("--requests", type=int, default=50, help="requests in a round (50)")
    parser.add_argument("--small", action="store_true", help="a tenth of the rows")
    parser.add_argument("--contacts", type=int, default=100_000, help="contacts of the large firm (100000)")
    parser.add_argument("--write", action="store_true", help="put it into docs/benchmark.md and .json")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured here, too")
    parser.add_argument("--data", type=Path, default=PROJECT / ".bench-data", help="where the rows are kept")
    return parser


def _settle(data_dir: Path) -> None:
    """Work as an installation of its own, as in production, whatever surrounds us says of another one."""
    os.environ.update(dict.fromkeys(OF_AN_INSTALLATION, ""))
    os.environ.update(
        CANDOR_DATA=str(data_dir), DEBUG="0", API_REQUESTS_PER_MINUTE="0", SITE_URL="https://bench.candor.example"
    )


if __name__ == "__main__":
    sys.exit(main())
