"""How the log tells what happened to deals and pipelines."""

from __future__ import annotations

from datetime import date

from accounts.history import pages_of
from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from crm.fields.audit_words import own_fields
from crm.models import Deal, Pipeline
from lib import formats

GROUP = "Deals"


def _closed(data: Data) -> dict[str, str | Ref]:
    reason = f": {data['reason']}" if data.get("reason") else ""
    words = f" ({data['words']})" if data.get("words") else ""
    return {"day": _day(data["day"]), "why": reason + words}


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text)) if text else ""


register(
    GROUP,
    Kind("deal.created", "Deal added", "added [the deal ]{record}", "plus"),
    Kind("deal.changed", "Deal changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("deal.moved", "Deal moved", "moved [the deal ]{record} from {from} to {to}", "arrow-right"),
    Kind("deal.won", "Deal won", "won [the deal ]{record} on {day}", "trophy", _closed),
    Kind("deal.lost", "Deal lost", "lost [the deal ]{record} on {day}{why}", "flag-off", _closed),
    Kind("deal.reopened", "Deal reopened", "reopened [the deal ]{record}", "arrow-back-up"),
    Kind("deal.deleted", "Deal moved to the bin", "moved [the deal ]{record} to the bin", "trash"),
    Kind("deal.restored", "Deal restored", "took [the deal ]{record} out of the bin", "arrow-back-up"),
    Kind("pipeline.created", "Pipeline added", "added the pipeline {record}", "plus"),
    Kind("pipeline.changed", "Pipeline changed", "changed {changes} of the pipeline {record}", "pencil",
         unchanged="changed the pipeline {record}"),
    Kind("pipeline.archived", "Pipeline archived", "archived the pipeline {record}", "archive"),
    Kind("lost_reasons.changed", "Reasons for losing changed", "changed the reasons for losing deals to: {after}",
         "pencil"),
    Kind("pipeline.restored", "Pipeline restored", "restored the pipeline {record}", "archive-off"),
)  # fmt: skip

register_noun(
    Noun(
        "crm.deal",
        "deal",
        {
            "name": Field("Deal"),
            "company": Field("Company"),
            "contacts": Field("Contacts", names_records=True),
            "value": Field("Value"),
            "currency": Field("Currency"),
            "close_on": Field("Expected close", _day),
            "owner": Field("Owner"),
            "tags": Field("Tags"),
            "note": Field("Note", is_long=True),
        },
        pages_of("crm:deal", "deal.view", lambda member: Deal.objects.visible_to(member)),
        own=own_fields("deal"),
    )
)
register_noun(
    Noun(
        "crm.pipeline",
        "pipeline",
        {"name": Field("Name"), "stages": Field("Stages"), "reasons": Field("Reasons for losing")},
        pages_of("crm:pipeline", "pipeline.manage", lambda member: Pipeline.objects.all()),
    )
)
