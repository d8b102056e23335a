"""A copy of somebody's data, to be kept as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from privacy.rights import held


def as_file(request: HttpRequest, data: dict[str, Any], name: str) -> HttpResponse:
    """As JSON, which programs read; asked for with ``?as=tables``, as tables in a ZIP file."""
    if request.GET.get("as") == "tables":
        response = HttpResponse(held.as_zip(data), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    else:
        response = HttpResponse(held.as_json(data), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["Cache-Control"] = "no-store, private"
    return response
