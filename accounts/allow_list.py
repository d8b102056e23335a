"""From where people and programs may come in: an account's own list of addresses and networks, if it wants one.

The list stands on the account, which the door reads anyway, as people type it: a network and what it is called. An
empty one lets in from everywhere. An owner who is shut out gets a mailed link (``accounts/ways_back.py``); what that
opens is remembered in the session, so the door asks nothing more.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.visitors import address_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_LINES = 100
LONGEST_LABEL = 60
_LET_IN = "way_back"  # in the session: account, address, until when


def read(text: str) -> list[str]:
    """The list as it was typed, a line each; raises ValidationError with a sentence for each line that is wrong."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    entries, troubles = {}, []
    for number, line in lines:
        try:
            network, label = _entry(line)
        except ValueError as trouble:
            troubles.append(f"Line {number}: {trouble}")
        else:
            is_one = network.prefixlen == network.max_prefixlen
            entries[network] = f"{network.network_address if is_one else network} {label}".strip()
    if len(entries) > MOST_LINES:
        troubles.append(f"These are {len(entries)} lines; {MOST_LINES} at most. Write neighbours as one network.")
    if troubles:
        raise ValidationError(troubles)
    return list(entries.values())


def matches(entries: Iterable[str], address: str | None) -> bool:
    """Whether an address is on the list. One that nobody knows is not."""
    found = _address(address)
    return found is not None and any(found in network for network in _networks(tuple(entries)))


def lets_in(member: Membership, request: HttpRequest) -> bool:
    """Whether the member comes from where the account lets people in from, or is an owner who has a pass for now."""
    account = member.account
    if not account.allow_list:
        return True
    address = address_of(request)
    is_owner = member.role == Membership.Role.OWNER
    return matches(account.allow_list, address) or (is_owner and _has_pass(request, account, address))


def give_pass(request: Any, account: Account, until: float) -> None:
    """Let this browser in from where it is now, until then."""
    request.session[_LET_IN] = [account.pk, address_of(request), until]


def _has_pass(request: Any, account: Account, address: str | None) -> bool:
    session = getattr(request, "session", None)  # programs have none
    given = session.get(_LET_IN) if session is not None else None
    return bool(given) and given[:2] == [account.pk, address] and given[2] > timezone.now().timestamp()


def _entry(line: str) -> tuple[Network, str]:
    text, _, label = line.replace("\t", " ").partition(" ")
    label = "".join(each for each in label.strip() if each.isprintable())
    if len(label) > LONGEST_LABEL:
        raise ValueError(f"what the network is called has more than {LONGEST_LABEL} letters.")
    try:
        network = ipaddress.ip_network(text.strip(",;"), strict=False)
    except ValueError:
        raise ValueError(
            f"“{text[:60]}” is no address and no network. Write one as in 203.0.113.7 or 203.0.113.0/24 Office."
        ) from None
    if getattr(network.network_address, "scope_id", None):
        raise ValueError(f"“{text[:60]}” means something on one machine only. Leave out what stands behind the %.")
    if network.prefixlen == 0:
        raise ValueError("this lets everybody in. Leave the list empty for that.")
    return _plain_network(network), label


def _plain_network(network: Network) -> Network:
    """IPv4 in IPv6's clothes is IPv4."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen > 96:
        return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}", strict=False)
    return network


def _address(text: str | None) -> Address | None:
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(maxsize=256)
def _networks(entries: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(entry.partition(" ")[0]) for entry in entries)
