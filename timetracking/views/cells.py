"""What the grid's script is told about a cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, JsonResponse

from lib import formats
from lib.durations import DurationError
from tenancy.errors import Conflict
from timetracking.errors import CellChanged, NeedsClock, NeedsConfirmation, Refused, SeveralEntries
from timetracking.models import work_value
from timetracking.queries import Cell, minutes_around


def refusals_as_json(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """What can't be stored is answered with its sentence, and what the page can do about it."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except CellChanged as conflict:
            words = "Somebody else changed this time meanwhile."
            return JsonResponse({"error": words, "theirs": cell_state(conflict.cell)}, status=409)
        except Conflict:
            return JsonResponse({"error": "Somebody else changed this time meanwhile."}, status=409)
        except NeedsConfirmation as question:
            return JsonResponse({"confirm": str(question)}, status=422)
        except (SeveralEntries, NeedsClock) as refusal:
            return JsonResponse({"error": str(refusal), "panel": True}, status=422)
        except (Refused, DurationError) as refusal:
            return JsonResponse({"error": str(refusal)}, status=422)

    return answering


def checked(form: Any) -> Any:
    """The grid's script sends what the page gave it. What has gone since is not found; the rest is a mistake."""
    if form.is_valid():
        return form
    if form.has_error("work", code="gone"):
        raise Http404
    raise BadRequest(form.errors.as_text())


def cell_state(cell: Cell) -> dict[str, Any]:
    """A cell as the grid paints it."""
    return {
        "work": work_value(cell.project, cell.task),
        "day": cell.day.isoformat(),
        "minutes": cell.minutes,
        "text": formats.hours(cell.minutes) if cell.entries else "",
        "version": cell.version,
        "count": cell.count,
        "note": cell.has_note,
        "clock": cell.has_clock_times,
        "billable": cell.is_billable,
        "locked": cell.lock_reason,
        "label": cell.label,
    }


def saved(request: HttpRequest, cell: Cell, **more: Any) -> JsonResponse:
    """The cell as it is stored now, and every sum it changed."""
    return JsonResponse({"cell": cell_state(cell), "totals": totals(request, cell), **more})


def totals(request: HttpRequest, cell: Cell) -> dict[str, Any]:
    """The sums beside and below a cell."""
    row, by_day = minutes_around(cell, account=request.account)
    return {
        "row": formats.hours(row),
        "week": formats.hours(sum(by_day.values())),
        "days": [
            {
                "day": day.isoformat(),
                "minutes": minutes,
                "text": formats.hours(minutes),
            }
            for day, minutes in by_day.items()
        ],
    }
