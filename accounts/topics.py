"""Of which records somebody outside can hear: each app says its own, in its ``topics.py``.

A topic is a resource of the API, and carries its name: a message says no more than where to read the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Model
from django.urls import reverse


@dataclass(frozen=True)
class Topic:
    """One kind of record: its resource, the address of one, and how a page calls them."""

    name: str  # contacts
    one: str  # contact, the name of its address
    label: str
    model: type[Model]

    @property
    def record_type(self) -> str:
        """As the log names the kind."""
        return self.model._meta.label_lower

    def url(self, record_id: UUID) -> str:
        """Where a program reads the record."""
        return settings.SITE_URL + reverse(f"api:{self.one}", args=[record_id])


_topics: dict[str, Topic] = {}


def register(*topics: Topic) -> None:
    """Add topics; raises ValueError when a name is taken."""
    for topic in topics:
        if topic.name in _topics:
            raise ValueError(f"There is a topic named {topic.name} already.")
        _topics[topic.name] = topic


def every() -> list[Topic]:
    """All of them, by name."""
    return sorted(_topics.values(), key=lambda topic: topic.label)


def labels() -> list[tuple[str, str]]:
    """As choices of a form."""
    return [(topic.name, topic.label) for topic in every()]


def named(name: str) -> Topic | None:
    """The topic of this name; None for one that is not offered any more."""
    return _topics.get(name)


def by_record_type() -> dict[str, Topic]:
    """Each by the kind of record that the log names."""
    return {topic.record_type: topic for topic in _topics.values()}
