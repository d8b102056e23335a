"""What pages and programs read of a record beside its own columns."""

from __future__ import annotations

from crm.models import Record, Tag


def tags_of(record: Record) -> list[Tag]:
    """The record's tags, by name."""
    if "tags" in getattr(record, "_prefetched_objects_cache", ()):
        return [link.tag for link in record.tags.all()]  # type: ignore[attr-defined]
    return [link.tag for link in record.tags.select_related("tag").order_by("tag__name_key")]  # type: ignore[attr-defined]
