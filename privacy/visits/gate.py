"""No figure about a few: what is smaller than ``K`` is hidden, and so that nobody can reckon it from the rest (89)."""

from __future__ import annotations

from collections.abc import Mapping

K = 10
REST = ""  # the name of all that is hidden, together


def gated(cells: Mapping[str, int], k: int = K) -> dict[str, int]:
    """The cells of k or more by name, and under REST the sum of the others: at least two, and k or more, together.

    Where small ones alone would not come to that, the next smallest is hidden with them; where even all of them do
    not, nothing is said at all.
    """
    left = sorted(((number, name) for name, number in cells.items() if number > 0), reverse=True)
    hidden = [number for number, _ in left if number < k]
    shown = left[: len(left) - len(hidden)]
    while hidden and (len(hidden) < 2 or sum(hidden) < k):
        if not shown:
            return {}
        hidden.append(shown.pop()[0])
    said = {name: number for number, name in shown}
    return {**said, REST: sum(hidden)} if hidden else said
