"""Tags: words a firm sorts its companies, contacts, deals and hours by."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crm.models.companies import Company
from crm.models.contacts import Contact
from lib.text import fold
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountModel
from tenancy.parts import PartsOf


class Tag(AccountModel):
    """A word. "Client" and "client" are the same tag."""

    name = models.CharField(max_length=60)
    name_key = models.TextField(editable=False, db_collation="C")

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name_key"],
                name="tag_once",
                violation_error_message="This tag exists already.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="tag_has_a_name", violation_error_message="A tag needs a word."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(self.name)
        super().save(*args, **kwargs)


class ContactTag(AccountModel):
    """A tag on a contact."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="tags")
    tag = AccountForeignKey(Tag, on_delete=models.PROTECT, related_name="contacts")

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "contact", "tag"], name="contacttag_once"),
        ]
        indexes = [models.Index(fields=["account", "tag", "contact"], name="contacttag_by_tag")]

    def __str__(self) -> str:
        return str(self.tag_id)


class CompanyTag(AccountModel):
    """A tag on a company."""

    company = AccountForeignKey(Company, on_delete=CASCADE_IN_DATABASE, related_name="tags")
    tag = AccountForeignKey(Tag, on_delete=models.PROTECT, related_name="companies")

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "company", "tag"], name="companytag_once"),
        ]
        indexes = [models.Index(fields=["account", "tag", "company"], name="companytag_by_tag")]

    def __str__(self) -> str:
        return str(self.tag_id)


def tag_names(link: type[Any], key: str) -> PartsOf:
    """The names of a record's tags, by name; ``link`` is the table between, ``key`` its key to the record."""
    names = ArrayField(models.TextField())
    return PartsOf(link, key, joined="tag", shown="tag.name", order="tag.name_key", output_field=names)
