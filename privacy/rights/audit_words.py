"""How an account's log tells of the privacy requests that the firm answers."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from audit.words import Kind, Noun, register, register_noun

register(
    "Privacy requests",
    Kind("privacy_request.entered", "Privacy request came", "entered the request “{record}”, {channel}", "user-shield"),
    Kind("privacy_request.named", "Person of a privacy request", "named {contact} in “{record}”", "user-check"),
    Kind("privacy_request.acknowledged", "Privacy request acknowledged", "acknowledged “{record}”", "check"),
    Kind("privacy_request.paused", "Privacy request paused", "paused “{record}”: {detail}", "player-pause"),
    Kind("privacy_request.resumed", "Privacy request taken up again", "took up “{record}” again", "player-play"),
    Kind("privacy_request.extended", "Privacy request extended", "extended “{record}”: {detail}", "calendar-plus"),
    Kind("privacy_request.corrected", "Corrected on request", "corrected {label} as “{record}” asks", "pencil"),
    Kind("privacy_request.decided", "Privacy request answered", "answered “{record}”: {detail}", "scale"),
)


def _urls(member: Membership, ids: Collection[UUID]) -> dict[UUID, str]:
    if not can(member, "privacy.answer"):
        return {}
    return {each: reverse("rights:request", args=[member.account.slug, each]) for each in ids}


register_noun(Noun("rights.firmrequest", "privacy request", urls=_urls))
