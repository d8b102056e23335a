"""What a contact said about mail: each word of theirs is a line that stays."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.files.stored import StoredFile
from crm.models.contacts import Contact, Permission
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountModel


class ContactConsent(AccountModel):
    """A yes or a no to mail, and its proof: when and how it was said, and the words that were agreed to.

    Nobody changes or deletes a line, the program included: what is wrong is set right by the next one. Merging two
    contacts moves it along.
    """

    class How(models.TextChoices):
        """By which way it reached the firm."""

        FORM = "form", "A form they filled in"
        MAIL = "mail", "A mail from them"
        PHONE = "phone", "On the telephone"
        TALK = "talk", "Face to face"
        LETTER = "letter", "A letter or a signed paper"
        OTHER = "other", "Otherwise"

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="consents")
    permission = models.CharField("mail permission", max_length=8, choices=Permission)
    said_on = models.DateField("when")
    how = models.CharField(max_length=8, choices=How)
    words = models.TextField(max_length=2000, blank=True)
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    belongs_to = None  # it is part of the contact, and seen with it

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "contact", "-at", "-id"], name="contactconsent_newest")]

    def __str__(self) -> str:
        return f"{self.get_permission_display()} on {self.said_on:%Y-%m-%d}"
