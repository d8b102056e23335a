"""Of which records somebody outside can hear. Notes and mails stay inside: a mail is its member's alone."""

from accounts.topics import Topic, register
from crm.models import Activity, Company, Contact, ContactImport, Deal

register(
    Topic("companies", "company", "Companies", Company),
    Topic("contacts", "contact", "Contacts", Contact),
    Topic("deals", "deal", "Deals", Deal),
    Topic("activities", "activity", "Activities", Activity),
    Topic("imports", "import", "Imports", ContactImport),
)
