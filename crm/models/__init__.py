"""Whom a firm works for and with: companies, contacts, their tags, and the words they are found by."""

from crm.models.companies import Company
from crm.models.contacts import Contact, ContactEmail, ContactPhone
from crm.models.imports import ContactImport, ImportedRow
from crm.models.records import Record, RecordQuerySet
from crm.models.search import SearchToken
from crm.models.tags import CompanyTag, ContactTag, Tag

__all__ = [
    "Company",
    "CompanyTag",
    "Contact",
    "ContactEmail",
    "ContactImport",
    "ContactPhone",
    "ContactTag",
    "ImportedRow",
    "Record",
    "RecordQuerySet",
    "SearchToken",
    "Tag",
]
