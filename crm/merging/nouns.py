"""The two kinds of records that may be there twice, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass

from crm.models import Company, Contact
from crm.models.records import Mergeable


@dataclass(frozen=True)
class Noun:
    """Contacts or companies: the word in addresses, and those in sentences."""

    many: str
    one: str
    model: type[Mergeable]

    @property
    def page(self) -> str:
        """The URL name of a record's page."""
        return f"crm:{self.one}"


NOUNS = {noun.many: noun for noun in (Noun("contacts", "contact", Contact), Noun("companies", "company", Company))}


class RecordsInAddress:
    """``contacts`` or ``companies`` in a URL."""

    regex = "|".join(NOUNS)

    def to_python(self, value: str) -> Noun:
        return NOUNS[value]

    def to_url(self, value: Noun | str) -> str:
        return value if isinstance(value, str) else value.many
