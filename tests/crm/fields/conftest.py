"""A firm with fields of its own."""

from __future__ import annotations

import pytest

from crm.models import CustomField


@pytest.fixture
def own_field(inside, acme):
    """``own_field("Level", "choice", choices=["Gold", "Silver"])`` adds a field to Acme's contacts."""

    def make(label, kind="text", noun="contact", account=acme, **facts):
        choices = [{"key": word.lower(), "label": word, "is_retired": False} for word in facts.pop("choices", [])]
        key = label.lower().replace(" ", "_")
        with inside(account):
            number = CustomField.objects.filter(noun=noun).count()
            return CustomField.objects.create(
                noun=noun, key=key, label=label, kind=kind, choices=choices, position=number, **facts
            )

    return make
