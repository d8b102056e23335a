"""Whom a firm works for and with: companies, contacts, deals, their tags, and the words they are found by."""

from crm.models.activities import Activity
from crm.models.batches import BulkChange, BulkEdit, ListExport
from crm.models.companies import Company, CompanyAddress
from crm.models.contacts import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactPosition,
    LegalBasis,
    Permission,
)
from crm.models.deals import About, Deal, DealContact, DealTag, LostReason, Pipeline, Stage, StageMove
from crm.models.fields import CustomField, CustomKey, FieldRemoval
from crm.models.imports import ContactImport, ImportedChange, ImportedRow
from crm.models.mails import ArrivedMail, Mail, MailAttachment, MailContact
from crm.models.merging import Merge, MergedRecord, MergedRow, NoDuplicate
from crm.models.notes import Mention, Note
from crm.models.privacy import ContactConsent
from crm.models.records import Mergeable, Record, RecordQuerySet
from crm.models.search import SearchToken
from crm.models.tags import CompanyTag, ContactTag, Tag, tag_names
from crm.models.views import ListChoice, SavedView

__all__ = [
    "About",
    "Activity",
    "ArrivedMail",
    "BulkChange",
    "BulkEdit",
    "Company",
    "CompanyAddress",
    "CompanyTag",
    "Contact",
    "ContactAddress",
    "ContactConsent",
    "ContactEmail",
    "ContactImport",
    "ContactPhone",
    "ContactPosition",
    "ContactTag",
    "CustomField",
    "CustomKey",
    "Deal",
    "DealContact",
    "DealTag",
    "FieldRemoval",
    "ImportedChange",
    "ImportedRow",
    "LegalBasis",
    "ListChoice",
    "ListExport",
    "LostReason",
    "Mail",
    "MailAttachment",
    "MailContact",
    "Mention",
    "Merge",
    "Mergeable",
    "MergedRecord",
    "MergedRow",
    "NoDuplicate",
    "Note",
    "Permission",
    "Pipeline",
    "Record",
    "RecordQuerySet",
    "SavedView",
    "SearchToken",
    "Stage",
    "StageMove",
    "Tag",
    "tag_names",
]
