"""What day it is for the cast, who live in Copenhagen while the server reckons in UTC."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User

ZONE = ZoneInfo("Europe/Copenhagen")


def today() -> date:
    """The day on the cast's wall; from 23:00 UTC on, in summer from 22:00, it is no longer the server's."""
    return timezone.localdate(timezone=ZONE)


def where_it_is_noon() -> ZoneInfo:
    """A zone in which it is past twelve and not yet one: what ran for hours there began today."""
    ahead = 12 - timezone.now().hour
    return ZoneInfo(f"Etc/GMT{-ahead:+d}")  # these are named the other way round


def live_where_it_is_noon() -> ZoneInfo:
    """Everybody who is there moves to where it is noon."""
    zone = where_it_is_noon()
    User.objects.update(time_zone=str(zone))
    return zone
