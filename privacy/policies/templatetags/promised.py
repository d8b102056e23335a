"""``{% says 14 %}…{% endsays %}``: a sentence of the policy, with the number of the promise that it comes to."""

from __future__ import annotations

from collections import Counter

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from privacy.policies.promises import PROMISES

register = template.Library()


@register.simple_block_tag(takes_context=True)
def says(context: template.Context, content: str, number: int, *, already: bool = False) -> SafeString:
    """The sentence, when its promise is kept; nothing while something is missing to it.

    ``already=True``: this much of the promise is kept, though the promise is more.
    """
    promise = PROMISES[number]
    if promise.missing and not (already and promise.is_begun):
        return SafeString("")
    said: Counter[int] = context.render_context.setdefault("said", Counter())  # type: ignore[arg-type,assignment]
    said[number] += 1
    return format_html(
        '<span id="says-{}" class="says">{} <a href="{}#promise-{}" aria-label="Promise {}">{}</a></span>',
        number if said[number] == 1 else f"{number}-{said[number]}",
        SafeString(content.strip()),  # a template's own words; what it inserts was escaped there
        reverse("promises"),
        number,
        number,
        number,
    )
