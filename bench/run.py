"""One run, from the database's start to the last table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bench import checks, floor, gauges, report, servers
from bench.asks import PAGES
from bench.cases import Case, cases
from bench.client import signed_in
from bench.gauges import Counter
from bench.measure import Bench, Result, Subject
from bench.report import Line
from bench.scene import MEMBER, look_round
from bench.stock import CANDOR, Stock
from bench.tables import PASSWORD, address
from config import embedded
from config.env import child_environ, env
from config.launch import Launch, only_one, say

APPLICATIONS = {"candor": "config.wsgi:application", "floor": "bench.floor:application"}
STARTS = 3
START, MEMORY, MEMORY_AFTER = "cold start, one worker", "memory of a worker, fresh", "memory of a worker, after all"


def run(arguments: argparse.Namespace) -> int:
    """Prepare, measure, tell; 1 when a target is missed or a check fails."""
    with only_one(env.data_dir), servers.database(env.data_dir) as server:
        prepare(server, arguments.contacts)
        scene = look_round()
        chosen = chosen_of(cases(scene), arguments.only)
        with side_by_side(server) as bench:
            use = Use(bench)
            lines = list(measured(bench, chosen, arguments))
            told = {**surroundings(bench), "contacts": arguments.contacts, "others": use.by_others()}
            findings = [*checks.growing(bench, chosen), *checks.scans(bench, scene, chosen)]
            if is_chosen(START, arguments.only):
                lines.append(cold_start(bench))
    words = report.said(lines, findings, told)
    say(f"\n{words}")
    if arguments.write:
        report.put_into_page(words)
    if file := arguments.json or (report.PAGE.with_suffix(".json") if arguments.write else None):
        file.write_text(json.dumps(report.as_json(lines, findings, told), indent=1) + "\n")
    return int(bool(findings) or any(line.is_met is False for line in lines))


def prepare(server: embedded.Server, contacts: int) -> None:
    """Databases with the tables as this code wants them, and with the rows."""
    stock = Stock(server.admin_dsn(), contacts)
    if not stock.is_there:
        stock.clear()
    Launch(env, child_environ, with_demo=False).prepare()
    if not stock.is_there:
        say(f"Copying the rows of {contacts:,} contacts. That takes some minutes, once …")
        stock.load()
    say("Taking away what the last run left …")
    stock.tidy()


@contextmanager
def side_by_side(server: embedded.Server) -> Iterator[Bench]:
    """Candor as production runs it, with somebody signed in, and the floor beside it."""
    environ = child_environ({"CANDOR_DATABASE_ROLE": "app"})
    with (
        servers.web(APPLICATIONS["candor"], environ, "/healthz") as candor,
        servers.web(APPLICATIONS["floor"], environ, "/nothing") as least,
    ):
        visitor = signed_in(candor, address(MEMBER), PASSWORD, f"{PAGES}/contacts/")
        counter = Counter(server.admin_dsn())
        yield Bench(Subject(candor, CANDOR, visitor), Subject(least, floor.DATABASE, {}), server.pid, counter)


def measured(bench: Bench, chosen: list[Case], arguments: argparse.Namespace) -> Iterator[Line]:
    """Each case in turn, and what a worker holds before and after them."""
    if is_chosen(MEMORY, arguments.only):
        yield memory(bench, MEMORY, 100)
    results: dict[str, Result] = {}
    for case in chosen:
        results[case.name] = bench.measure(case, arguments.rounds, arguments.requests)
        line = report.line_of(results[case.name], results.get(case.door))
        say(f"  {line.name}: {line.figures['cpu_ms']:.1f} CPU ms")
        yield line
    if is_chosen(MEMORY_AFTER, arguments.only):
        yield memory(bench, MEMORY_AFTER, 120)


def memory(bench: Bench, name: str, most: int) -> Line:
    """Of the largest worker."""
    ours, least = (gauges.megabytes(subject.web.pid)[0] for subject in (bench.candor, bench.floor))
    return report.line_of_value(name, ours, least, "MB", most)


def cold_start(bench: Bench) -> Line:
    """From nothing to the first good page that somebody signed in sees."""
    environ, headers = child_environ({"CANDOR_DATABASE_ROLE": "app"}), bench.candor.headers
    pages = {"candor": f"{PAGES}/contacts/", "floor": "/contacts"}
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(STARTS):
        for name, page in pages.items():
            with servers.web(APPLICATIONS[name], environ, page, workers=1, headers=headers) as started:
                seconds[name].append(started.seconds_to_answer)
    ours, least = (statistics.median(found) for found in seconds.values())
    return report.line_of_value(START, ours, least, "s", 2.0)


class Use:
    """How much of the machine others use while we measure."""

    def __init__(self, bench: Bench) -> None:
        self.roots = (bench.candor.web.pid, bench.floor.web.pid, bench.database_pid)
        self.at, self.busy, self.ours = time.monotonic(), gauges.busy_seconds(), self.by_us()

    def by_us(self) -> float:
        return time.process_time() + sum(map(gauges.cpu_seconds, self.roots))

    def by_others(self) -> float:
        """Their share of all processors since the beginning."""
        passed = (time.monotonic() - self.at) * (os.cpu_count() or 1)
        return max(0.0, (gauges.busy_seconds() - self.busy - self.by_us() + self.ours) / passed)


def surroundings(bench: Bench) -> dict[str, Any]:
    """What the figures depend on, beside the code."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": git("rev-parse", "--short", "HEAD") + (" with changes" if git("status", "-s", "-uno") else ""),
        "machine": f"{os.cpu_count()} × {gauges.processor()}, {platform.system()}",
        "versions": f"Python {platform.python_version()}, PostgreSQL {bench.counter.version()}",
    }


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=servers.PROJECT, capture_output=True, text=True).stdout.strip()  # noqa: S603, S607


def chosen_of(every: list[Case], only: str) -> list[Case]:
    """The cases that are asked for, behind the doors that they are measured against."""
    chosen = [case for case in every if is_chosen(case.name, only)]
    doors = {case.door for case in chosen}
    return [case for case in every if case in chosen or case.name in doors]


def is_chosen(name: str, only: str) -> bool:
    return not only or any(name.startswith(start.strip()) for start in only.split(","))
