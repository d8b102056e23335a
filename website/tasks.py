"""What the clock does for these pages."""

from __future__ import annotations

from celery import shared_task

from website import register


@shared_task(name="website.check_measures")
def check_measures() -> None:
    """Ask every security measure whether it holds, for the page that says so."""
    register.look()
