from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """The policy as a program: what it is composed from, its versions, and what proves each promise."""

    name = "privacy.policies"
    verbose_name = "Policies"

    def ready(self) -> None:
        from accounts import documents
        from privacy.policies import words

        documents.bring_words(words.words)
        # We have no tables of our own; the documents name what stands in the registers.
        post_migrate.connect(_publish_first, sender=apps.get_app_config("registers"), dispatch_uid="policies.first")


def _publish_first(using: str, **_: Any) -> None:
    """An installation begins with a version of each document, as soon as there is a table for it."""
    from accounts import documents

    if "accounts_documentversion" in connections[using].introspection.table_names():
        documents.publish_first()
