"""Lists as CSV, read in pieces: the first is on its way before the last is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.members import actor_for, reads_as
from accounts.models import Membership
from lib.keyset import following
from lib.sheets import BYTE_ORDER_MARK, comma_separated
from tenancy.context import activate

BATCH = 1000
ORDER = ("-day", "-id")
Lines = Iterable[Sequence[str]]


def csv_of(
    head: Sequence[str],
    rows: Callable[[], QuerySet[Any]],
    lines: Callable[[list[Any]], Lines],
    *,
    reader: Membership,
    name: str,
) -> StreamingHttpResponse:
    """What ``rows`` finds, latest day first, as ``lines`` writes it, for this reader."""
    pieces = _pieces(head, rows, lines, reader)
    return named(StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8"), name)


def named(response: Any, name: str) -> Any:
    """To be kept as a file of this name."""
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _pieces(
    head: Sequence[str], rows: Callable[[], QuerySet[Any]], lines: Callable[[list[Any]], Lines], reader: Membership
) -> Iterator[bytes]:
    """Each piece is a transaction of its own: nobody who reads slowly holds one open."""
    last: tuple[Any, ...] | None = None
    yield BYTE_ORDER_MARK.encode() + comma_separated([head])
    while True:
        with activate(reader.account_id, actor=actor_for(reader)), reads_as(reader.user):
            wanted = rows()
            if last:
                wanted = wanted.filter(following(wanted.model, ORDER, last))
            found = list(wanted.order_by(*ORDER)[:BATCH])
            piece = comma_separated(lines(found))
        if found:
            last = (found[-1].day, found[-1].pk)
            yield piece
        if len(found) < BATCH:
            return
