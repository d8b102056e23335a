"""Bytes in and bytes out: answers, and the form encoding that the SDK speaks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import invalid


@dataclass
class Answer:
    """What goes back over the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, body: Json, **headers: str) -> Answer:
        return cls(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


class Asked(dict[str, Any]):
    """Parameters that remember which of them somebody looked at, so that none is passed over in silence."""

    # Without effect here, and harmless: nobody sits at this processor's banks, and nothing has another mode.
    HARMLESS = frozenset({"billing_mode", "expand", "off_session", "proration_behavior"})

    def __init__(self, params: Json) -> None:
        super().__init__(params)
        self.given, self.seen = frozenset(params), set[str]()

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        self.seen.add(key)
        return super().pop(key, *default)

    def check(self) -> None:
        """Refuse what nobody looked at."""
        if passed_over := sorted(self.given - self.seen - self.HARMLESS):
            raise invalid(f"This test processor does not know what to do with {', '.join(passed_over)}.")


def unfold(text: str) -> Json:
    """``items[0][price]=x`` → ``{"items": {"0": {"price": "x"}}}``; ``lookup_keys[]=x`` counts by itself."""
    result: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        name, *parts = re.findall(r"^[^\[]+|\[[^\]]*\]", key) or [key]
        place, last = result, name
        for part in parts:
            place = place.setdefault(last, {})
            if not isinstance(place, dict):
                break
            last = part[1:-1] or str(len(place))
        if isinstance(place, dict):
            place[last] = value
    return result
