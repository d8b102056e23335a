"""What this machine signed last, in a file beside the key: the one thing that who rules the database can't reach.

With it the signer never signs another history than the one it signed before. A machine that remembers nothing, or
something older, signs what the database says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from lib.drafts import write_beside


class AnotherHistory(RuntimeError):
    """The database does not hold the checkpoints that were signed here."""


class Leaf(NamedTuple):
    """Where one account's log stood when it was signed."""

    account_id: int
    log: str
    length: int
    hash: str


@dataclass
class Memory:
    """Count and root of all checkpoints, and the head of each log."""

    size: int = 0
    root: str = ""
    heads: list[Leaf] = field(default_factory=list)

    @classmethod
    def load(cls) -> Memory:
        try:
            found = json.loads(_file().read_text())
        except FileNotFoundError:
            return cls()
        return cls(found["size"], found["root"], [Leaf(*leaf) for leaf in found["heads"]])

    def keep(self) -> None:
        write_beside(_file(), json.dumps(asdict(self))).rename(_file())

    @staticmethod
    def forget() -> None:
        _file().unlink(missing_ok=True)

    def compare(self, root: str) -> None:
        """The root that the tree of checkpoints has at our size must be ours."""
        if root != self.root:
            raise AnotherHistory(_WORDS)

    def expect_fewer_than(self, size: int) -> None:
        """The tree with a new checkpoint must be larger than ours."""
        if size <= self.size:
            raise AnotherHistory(_WORDS)


def _file() -> Path:
    path: Path = settings.AUDIT_LOG_KEY_FILE
    return path.with_name(f"{path.name}.signed")


_WORDS = (
    "The database holds other checkpoints than those signed here, so nothing more is signed: somebody changed them, "
    "or it was put back from a backup. If that was you: manage.py rotate_log_key --restored."
)
