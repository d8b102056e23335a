"""What the page of a record says of our support."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.history import looks_at
from accounts.permissions import can

register = template.Library()


@register.inclusion_tag("components/support_line.html", takes_context=True)
def support_line(context: template.Context, record: Any) -> dict[str, Any]:
    """``{% support_line expense %}``: how often support looked at it, and the way to help with this very record."""
    member = context["membership"]
    return {
        "account": context["account"],
        "record": record,
        "kind": record._meta.label_lower,
        "looks": looks_at(record, member),
        "may_ask": can(member, "look.ask"),
    }
