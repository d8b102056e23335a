"""What a new firm does here in its first hour."""

from accounts.checklist import Step, register
from crm.models import Contact

register(
    Step(
        "Add or import contacts",
        "crm:contacts",
        "contact.edit",
        20,
        lambda member: Contact.objects.live().own().exists(),
    )
)
