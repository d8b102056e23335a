"""Of which records somebody outside can hear."""

from accounts.topics import Topic, register
from invoicing.models import Invoice

register(Topic("invoices", "invoice", "Invoices", Invoice))
