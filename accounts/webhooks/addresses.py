"""Where a message may go: to a public machine by https, and to the very address that was looked at.

A name is resolved once for each message, every address it has must be public, and the connection is made to one of
these numbers: a name that means something else a moment later changes nothing. No redirect is followed, no proxy is
asked, and of the answer nothing is read but its status.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10.0
LONGEST_ANSWER = 16 * 1024  # so much of an answer's head is looked through for its status
HTTPS = 443
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n")
# Public numbers behind which clouds keep what is not meant for strangers.
_CLOUDS_OWN = ipaddress.IPv4Network("168.63.129.16"), ipaddress.IPv4Network("192.0.0.0/24")
_CARRIES_V4 = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48")  # gateways to IPv4


class Refused(Exception):
    """Nothing may be sent there. Its words are for the firm."""


class Unreachable(Exception):
    """Nobody answered, or not as a web server does. Its words are for the firm."""


@dataclass(frozen=True)
class Place:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """As the Host header spells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.scheme == "https" else 80) else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """What an address means; raises Refused for one to which nothing is ever sent."""
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise Refused("Write the address in plain letters, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused("This is no address of a web server.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Refused("The address begins with https://.")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise Refused("Write the address without a name, a password or a # in it.")
    place = Place(parts.scheme, host, port or (HTTPS if parts.scheme == "https" else 80), _path(parts))
    if place.scheme == "http" and not (settings.WEBHOOKS_REACH_LOOPBACK and _is_loopback_name(host)):
        raise Refused("The address begins with https://: nothing leaves unencrypted.")
    if place.scheme == "https" and place.port != HTTPS and place.port < 1024:
        raise Refused("Use port 443, or one above 1023.")
    _refuse_numbers(host)
    if place.scheme == "https" and host == urlsplit(settings.SITE_URL).hostname:
        raise Refused("This is Candor itself.")
    return place


def _path(parts: Any) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_loopback_name(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _refuse_numbers(host: str) -> None:
    """An address in numbers is looked at when it is typed, too; odd spellings of one are no name at all."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        if last.isdigit() or last.startswith("0x"):
            raise Refused("This is no address of a web server.") from None
        return
    if not is_public(address):
        raise Refused("This address is not on the public internet.")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether strangers may be there: no private network, no machine of ours, nothing that stands for one."""
    if settings.WEBHOOKS_REACH_LOOPBACK and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address.sixtofour is not None or address.teredo is not None:
            return False  # another machine in disguise
        if any(address in network for network in _CARRIES_V4) or address.is_site_local or address.scope_id:
            return False
    elif any(address in network for network in _CLOUDS_OWN):
        return False
    is_odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not is_odd


def numbers_of(place: Place) -> list[str]:
    """The addresses that the name has now. Raises Refused if any of them is not public."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("The name was not found.") from None
    numbers = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not numbers or not all(is_public(ipaddress.ip_address(number)) for number in numbers):
        raise Refused("The name leads to a machine that is not on the public internet.")
    return numbers


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send it, and return the status of the answer. Raises Refused or Unreachable."""
    place = place_of(url)
    end = time.monotonic() + SECONDS
    with _connected(numbers_of(place), place, end) as line:
        try:
            line.settimeout(_left(end))
            line.sendall(_request(place, body, headers))
            return _status(line, end)
        except (OSError, ValueError) as trouble:
            raise Unreachable(_words(trouble)) from trouble


def _connected(numbers: list[str], place: Place, end: float) -> socket.socket:
    trouble: Exception = Unreachable("Nobody answered.")
    for number in numbers[:3]:
        try:
            line = socket.create_connection((number, place.port), timeout=_left(end))
        except OSError as error:
            trouble = error
            continue
        if place.scheme == "http":
            return line
        try:
            return ssl.create_default_context().wrap_socket(line, server_hostname=place.host)
        except (OSError, ValueError) as error:
            line.close()
            raise Unreachable(_words(error)) from error
    raise Unreachable(_words(trouble)) from trouble


def _request(place: Place, body: bytes, headers: dict[str, str]) -> bytes:
    lines = {
        "Host": place.name,
        "User-Agent": "Candor-Webhooks/1",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {place.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _status(line: socket.socket, end: float) -> int:
    """The status of the final answer; what is only said on the way (1xx) is passed over."""
    read = b""
    while len(read) < LONGEST_ANSWER:
        line.settimeout(_left(end))
        piece = line.recv(4096)
        if not piece:
            break
        read += piece
        while (found := _STATUS.match(read)) and found[1].startswith(b"1") and b"\r\n\r\n" in read:
            read = read.partition(b"\r\n\r\n")[2]
        if found and not found[1].startswith(b"1"):
            return int(found[1])
    raise Unreachable("The answer was none of a web server.")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _words(trouble: Exception) -> str:
    if isinstance(trouble, Unreachable):
        return str(trouble)
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return "The certificate is not valid for this name."
    if isinstance(trouble, ssl.SSLError):
        return "No secure connection came about."
    if isinstance(trouble, TimeoutError):
        return "No answer within 10 seconds."
    if isinstance(trouble, ConnectionRefusedError):
        return "The connection was refused."
    return "The connection broke."
