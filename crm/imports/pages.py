"""What the pages of every kind of import do alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify

from crm.imports.reading import UnreadableFile
from crm.imports.steps import Steps
from crm.models.imports import FileRow
from lib.keyset import page

Outcome = FileRow.Outcome
ROWS_ON_A_PAGE = 50


def uploaded(request: Any, form: Any, steps: Steps) -> Any:
    """The import of the file that was sent; None where there is none, or it can't be read, which the form says."""
    if not form.is_bound or not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    try:
        return steps.upload(file, name=file.name, by=request.membership)
    except UnreadableFile as trouble:
        form.add_error("file", str(trouble))
        return None


def reread(form: Any, job: Any) -> bool:
    """Whether the file was read in another way, as was asked."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        form.read(job)
    except (UnreadableFile, LookupError) as trouble:
        form.add_error(None, str(trouble))
        return False
    return True


def import_or_404(request: Any, public_id: UUID, steps: Steps) -> Any:
    """The import, if this member may see it; one whose file is gone by now says so."""
    visible = steps.model._default_manager.visible_to(request.membership)  # type: ignore[attr-defined]
    job = get_object_or_404(visible.select_related("file", "by__user"), public_id=public_id)
    if job.may_be_changed and job.file.discarded_at:
        steps.expire(job)
    return job


def rows_of(request: HttpRequest, job: Any, rows: Any) -> dict[str, Any]:
    """The rows of one outcome, by pages, and how many there are of each."""
    outcomes = [(value, label, getattr(job, value)) for value, label in Outcome.choices if getattr(job, value)]
    first = Outcome.REJECTED if job.rejected or not outcomes else outcomes[0][0]
    wanted = request.GET.get("show")
    wanted = wanted if wanted in Outcome.values else first
    shown = page(rows.filter(outcome=wanted), order=("row",), cursor=request.GET.get("page"), size=ROWS_ON_A_PAGE)
    return {"job": job, "sheet": job.written_as, "outcome": Outcome(wanted), "rows": shown, "outcomes": outcomes}


def hide_colleagues(rows: Iterable[FileRow], visible: Any) -> None:
    """What a row became may be a colleague's by now: it is no longer told to everybody who sees the import."""
    rows = [row for row in rows if row.record]
    within = set(visible.filter(pk__in={row.record.pk for row in rows}).values_list("pk", flat=True)) if rows else ()
    for row in rows:
        if row.record.pk not in within:
            row.reason = "It is a colleague’s by now."
            setattr(row, row.became, None)


def left_out(job: Any, steps: Steps, unused: Iterable[int]) -> dict[str, list[str]]:
    """The columns that are not taken, those with values apart."""
    sheet, rows, unused = job.written_as, steps.sample(job), list(unused)
    filled = {index for index in unused if any(row[index].strip() for row in rows)}
    return {
        "left_out": [sheet.header[index] for index in unused if index in filled],
        "empty_columns": [sheet.header[index] for index in unused if index not in filled],
    }


def rejected_file(job: Any, steps: Steps) -> HttpResponse:
    """The rows turned away as a file, each with its reason, ready to be mended and imported again."""
    response = HttpResponse(b"".join(steps.rejected_rows(job)), content_type="text/csv")
    name = slugify(job.file.name.rpartition(".")[0]) or "rows"
    response["Content-Disposition"] = f'attachment; filename="{name}-not-imported.csv"'
    return response
