"""What a refused statement says of somebody stays out of our log."""

from __future__ import annotations

import logging

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from lib import cards

WORD = "Zanzibarcanary"


def test_the_log_names_nobody_whose_row_was_refused(bob, db):
    """Users stand outside the fence: there PostgreSQL names the values of the row."""
    email = f"{WORD}@acme.example".lower()
    User.objects.filter(pk=bob.pk).update(email=email)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.create(email=email, first_name=f"{WORD}\n\nof two lines")
    assert email in str(refused.value), "or there is nothing to hide"
    error = (refused.type, refused.value, refused.tb)
    record = logging.LogRecord("django.request", logging.ERROR, "a.py", 1, "Internal Server Error", None, error)
    line = cards.Formatter("{message}", style="{").format(record)
    assert "IntegrityError" in line and "Traceback" in line and WORD.lower() not in line.lower()
