"""Sample data on the home page: offered to a new firm, and how to be rid of it while it is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.home import Panel, register
from demo import sample

OFFERED_FOR = timedelta(days=14)  # after the account was opened


def sample_data(request: Any) -> dict[str, Any]:
    """What is there, or whether to offer it: not to whoever put the first steps away."""
    job = sample.current()
    age = timezone.now() - request.account.created_at
    is_new = age < OFFERED_FOR and request.membership.first_steps_hidden_at is None
    return {"job": job, "is_offered": job is None and is_new and request.account.standing().may_write}


register(Panel("demo/_home_sample.html", "sample.manage", 5, "main", sample_data))
