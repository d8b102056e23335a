"""Who was given somebody's data, as far as the product knows: they must hear what became of it (GDPR Art. 19)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.recipients import WebhookRecipient
from crm.models import Contact
from lib.formats import day
from privacy.exports.models import Export
from privacy.registers.books import processors_used
from privacy.rights.models import Asked, FirmRequest


def of(asked: Asked) -> list[str]:
    """In words for whoever answers: what a firm's people took along and its programs send; or who works for us."""
    if not isinstance(asked, FirmRequest):
        return sorted(each.name for each in processors_used() if not each.is_to_come)
    archives = archives_with(asked.contact) if asked.contact else ()
    took = [f"{each.by or 'The operator'}: an archive of {day(each.created_at, 'year')}" for each in archives]
    return [*took, *(f"{each}: hears of changes by itself" for each in webhooks())]


def archives_with(contact: Contact) -> QuerySet[Export]:
    """Archives in which this contact is: their own, and those of the whole account."""
    mine = Q(scope=Export.Scope.ACCOUNT) | Q(scope=Export.Scope.CONTACT, about=contact.public_id)
    ready: QuerySet[Export] = Export.objects.filter(mine, state=Export.State.READY)
    return ready.select_related("by__user").order_by("created_at", "id")


def webhooks() -> list[str]:
    """Who on the firm's register gets messages when a contact changes or goes."""
    listening = WebhookRecipient.objects.filter(switched_on_at__isnull=False, topics__contains=["contacts"])
    return [f"{each} ({each.host})" for each in listening]
