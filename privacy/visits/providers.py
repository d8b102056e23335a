"""Who carries a network address: looked up in a file on this machine, where the installation has one.

``PROVIDERS_FILE`` names it: first address, last address, number, country, name, with tabs between, in the order of
addresses and IPv4 first, as the free list ``ip2asn-combined.tsv`` is. It is read where it is asked, never as a whole.
"""

from __future__ import annotations

import ipaddress
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

from django.conf import settings

UNKNOWN = {"", "-", "None", "Not routed"}
LONGEST = 120


def of(address: str | None) -> str:
    """The provider's name; empty where nobody knows it."""
    if address is None or settings.PROVIDERS_FILE is None:
        return ""
    return find(_opened(settings.PROVIDERS_FILE), address)


def find(lines: mmap | bytes, address: str) -> str:
    """The name in the line whose range holds the address: halving what is left, line by line."""
    wanted, low, high = _key(address), 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        end = lines.find(b"\n", middle)
        end = len(lines) if end < 0 else end
        first, last, *_, name = lines[start:end].decode(errors="replace").strip().split("\t")
        if wanted < _key(first):
            high = start
        elif wanted > _key(last):
            low = end + 1
        else:
            return "" if name in UNKNOWN else name[:LONGEST]
    return ""


def _key(address: str) -> tuple[int, int]:
    found = ipaddress.ip_address(address)
    return found.version, int(found)


@cache
def _opened(file: Path) -> mmap:
    with file.open("rb") as opened:
        return mmap(opened.fileno(), 0, access=ACCESS_READ)
