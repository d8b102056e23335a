"""Sample data on the home page: offered to a new firm, and how to be rid of it while it is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.home import Panel, register
from crm.models import Contact
from demo import sample
from timetracking.models import Project

OFFERED_FOR = timedelta(days=14)  # after the account was opened


def sample_data(request: Any) -> dict[str, Any]:
    """What is there, or whether to offer it: not to whoever put the first steps away or began with their own."""
    job = sample.current()
    return {"job": job, "is_offered": job is None and _is_new(request) and not _has_begun()}


def _is_new(request: Any) -> bool:
    age = timezone.now() - request.account.created_at
    hidden_at = request.membership.first_steps_hidden_at
    return age < OFFERED_FOR and hidden_at is None and request.account.standing().may_write


def _has_begun() -> bool:
    return Project.objects.own().exists() or Contact.objects.own().exists()


register(Panel("demo/_home_sample.html", "sample.manage", 5, "main", sample_data))
