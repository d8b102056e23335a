"""What work has cost so far: CPU time and memory as the kernel counts them, statements as the database does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# Without those by which PostgreSQL checks keys at the commit: nobody sends them.
_STATEMENTS = """
    SELECT s.query, s.calls, s.total_exec_time + s.total_plan_time
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = %s AND s.toplevel
        AND s.query NOT LIKE '%%FROM ONLY %% FOR KEY SHARE OF x'
"""


def processes(root: int) -> list[int]:
    """A process and all that it started, and they, and so on."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_seconds(root: int) -> float:
    """Time on a processor of a process and its descendants, those that ended included."""
    living = sum(_on_cpu(pid) for pid in processes(root))
    fields = _fields(root)
    return living + (int(fields[13]) + int(fields[14])) / _TICKS


def megabytes(root: int) -> list[float]:
    """Memory in use by each process that a server started, the largest first."""
    sizes = [_resident(pid) for pid in processes(root)[1:]]
    return sorted(sizes, reverse=True)


def busy_seconds() -> float:
    """Time that all processors of this machine have worked, for anybody."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICKS


def processor() -> str:
    """What the processor calls itself."""
    names = [line for line in (_PROC / "cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(": ")[2] if names else "processor"


@dataclass(frozen=True)
class Asked:
    """One kind of statement: how often it was sent, and for how many milliseconds it ran."""

    calls: float
    milliseconds: float

    def since(self, before: Asked | None) -> Asked:
        return Asked(self.calls - before.calls, self.milliseconds - before.milliseconds) if before else self


class Counter:
    """Counts a database's statements inside its server."""

    def __init__(self, admin_dsn: str) -> None:
        self.connection = psycopg.connect(admin_dsn, autocommit=True)
        self.connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def version(self) -> str:
        return self.connection.info.parameter_status("server_version") or ""

    def statements(self, database: str) -> dict[str, Asked]:
        """All statements of a database so far; transactions' beginnings and ends are statements too."""
        found: dict[str, Asked] = {}
        for query, calls, milliseconds in self.connection.execute(_STATEMENTS, [database]):
            known = found.get(query, Asked(0, 0))
            found[query] = Asked(known.calls + calls, known.milliseconds + milliseconds)
        return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), int(_fields(int(entry.name))[1])
            except OSError:  # it has ended meanwhile
                continue


def _fields(pid: int) -> list[str]:
    """What stands in ``/proc/<pid>/stat`` after the name: state, parent, …"""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _on_cpu(pid: int) -> float:
    """To the nanosecond, where the kernel tells it for each thread; else in hundredths of a second."""
    try:
        threads = (_PROC / str(pid) / "task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except FileNotFoundError:
        pass
    try:
        fields = _fields(pid)
        return (int(fields[11]) + int(fields[12])) / _TICKS
    except OSError:
        return 0.0


def _resident(pid: int) -> float:
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0
