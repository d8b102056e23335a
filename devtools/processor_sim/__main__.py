"""`python -m devtools.processor_sim --port 8002 --file .data/processor.sqlite3`"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from devtools.processor_sim.server import Processor
from devtools.processor_sim.state import State

OFF = ("0", "false", "no", "off")


def is_production(environ: Mapping[str, str]) -> bool:
    """Where strangers come in, DEBUG is off."""
    return environ.get("DJANGO_ENV", "").lower() == "production" or environ.get("DEBUG", "1").lower() in OFF


def main() -> None:
    parser = argparse.ArgumentParser(prog="processor_sim", description="A card processor for tests. No real money.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PROCESSOR_SIM_PORT", "8002")))
    parser.add_argument("--file", type=Path, default=Path(os.environ.get("PROCESSOR_SIM_FILE", "processor.sqlite3")))
    parser.add_argument("--webhook-url", help="tell this address what happens")
    parser.add_argument("--webhook-secret", default=os.environ.get("PROCESSOR_SIM_WEBHOOK_SECRET"))
    arguments = parser.parse_args()
    if is_production(os.environ):
        sys.exit("The test processor does not run in production: nobody would be charged.")
    state = State(arguments.file, f"http://localhost:{arguments.port}")
    if arguments.webhook_url:
        state.tell(arguments.webhook_url, arguments.webhook_secret)
    server = Processor(arguments.port, state)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
