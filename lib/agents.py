"""What a browser says about itself, in the words people know: "Firefox 132 on Linux", "Phone". Unknown stays empty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

LONGEST = 400
_CALLED = {"Mac OS X": "macOS"}
_DESKTOPS = ("Windows", "macOS", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD", "OpenBSD")


@dataclass(frozen=True)
class Agent:
    """Browser, system and kind of device; each may be empty."""

    browser: str = ""
    version: str = ""
    system: str = ""
    device: str = ""
    system_version: str = ""

    def __str__(self) -> str:
        browser = f"{self.browser} {self.version}".strip() or "Unknown browser"
        return f"{browser} on {self.system}" if self.system else browser


@lru_cache(maxsize=256)
def read(agent: str) -> Agent:
    """The agent of a ``User-Agent`` header. Takes any text; never raises."""
    from ua_parser import parse_os, parse_user_agent  # 12 MB of patterns, when first needed

    agent = agent[:LONGEST]
    browser, system = parse_user_agent(agent), parse_os(agent)
    system_name = _plain(system.family) if system else ""
    return Agent(
        browser=_plain(browser.family) if browser else "",
        version=(browser.major or "") if browser else "",
        system=system_name,
        device=_device(agent, system_name),
        system_version=".".join(filter(None, (system.major, system.minor))) if system else "",
    )


def _plain(name: str) -> str:
    """Chrome Mobile → Chrome."""
    return _CALLED.get(name, name).removeprefix("Mobile ").removesuffix(" Mobile")


def _device(agent: str, system: str) -> str:
    if "iPad" in agent or "Tablet" in agent or (system == "Android" and "Mobile" not in agent):
        return "Tablet"
    if "Mobi" in agent or system in ("iOS", "Android"):
        return "Phone"
    return "Computer" if system in _DESKTOPS else ""
