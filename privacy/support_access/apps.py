from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class SupportAccessConfig(AppConfig):
    """Requests to us, telephone calls, looks at single records, and the pages on which our staff do all that."""

    name = "privacy.support_access"
    verbose_name = "Support"

    def ready(self) -> None:
        from accounts import inbound
        from privacy.support_access import gate, letters  # noqa: F401  (gate listens for who signs in)

        inbound.register(letters.take_in)
        post_migrate.connect(_load_masks, sender=self, dispatch_uid="support_access.masks")


def _load_masks(using: str, **_: Any) -> None:
    """The data map may have changed without a migration; before our own tables are there, there is nothing to fill."""
    from privacy.support_access import masks

    if "support_access_mask" in connections[using].introspection.table_names():
        masks.load()
