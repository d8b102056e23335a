"""No figure about a few, and none that the others give away."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy.visits.gate import REST, gated
from tests.promises import promise

CELLS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=8)


@promise(47)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])  # says something of the machine
@given(CELLS, st.integers(2, 12))
def test_whoever_knows_the_total_and_all_that_is_said_learns_of_nobody(cells, k):
    said = gated(cells, k)
    shown = {name: number for name, number in said.items() if name != REST}
    assert shown.items() <= cells.items() and all(number >= k for number in said.values())
    hidden = [number for name, number in cells.items() if name not in shown and number]
    if said:
        assert sum(said.values()) == sum(cells.values()), "the rest is whole"
        assert not hidden or (len(hidden) > 1 and sum(hidden) == said[REST] >= k)
        assert bool(hidden) == (REST in said)
    else:
        assert sum(cells.values()) < k, "nothing is said of all together, and only then"


def test_the_next_smallest_is_hidden_with_one_that_is_alone():
    assert gated({"a": 30, "b": 12, "c": 3}) == {"a": 30, REST: 15}
    assert gated({"a": 30, "b": 12}) == {"a": 30, "b": 12}
    assert gated({"a": 5, "b": 6, "c": 40}) == {"c": 40, REST: 11}
    assert gated({"a": 9}) == gated({"a": 5, "b": 4}) == gated({}) == {}
