"""Records outside the fence that are edited with care."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.db import models

from tenancy.errors import Conflict


class Versioned(models.Model):
    """A record outside the fence that two people, or two tabs, may edit at once."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def typed_fields(cls) -> list[str]:
        """What people fill in; facts that the service writes meanwhile stay as they are."""
        return [each.name for each in cls._meta.concrete_fields if each.editable and not each.primary_key]

    def save_checked(self, expected: int, fields: Collection[str] | None = None) -> Self:
        """Save ``fields``, else all that people fill in, if the stored version is still ``expected``.

        Otherwise raise Conflict and store nothing.
        """
        changes = {name: getattr(self, name) for name in fields or self.typed_fields()}
        stored = type(self)._default_manager.filter(pk=self.pk, version=expected)
        if not stored.update(version=expected + 1, **changes):
            raise Conflict(f"This {self._meta.verbose_name} was changed by somebody else meanwhile.")
        self.version = expected + 1
        return self
