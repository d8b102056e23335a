"""People, firms, and who belongs where. Global tables: the door reads them before an account is known."""

from accounts.models.accounts import Account
from accounts.models.agreements import Acceptance, DocumentText, DocumentVersion
from accounts.models.guards import ArrivedForm, CacheEntry, SecurityEvent, WayBack
from accounts.models.mail import Consent, OutgoingMail, Suppression
from accounts.models.members import BellNotice, Invitation, Membership, MembershipQuerySet, OwnershipOffer
from accounts.models.users import EmailChange, User, UserManager, normalise_email
from accounts.models.versions import Versioned

# These tables live beside what is done with them, and stand on those above.
from accounts.alarms import Alarm  # isort: skip
from accounts.files.sealed import AccountKey  # isort: skip
from accounts.files.stored import StoredFile  # isort: skip
from accounts.keys import ApiKey  # isort: skip
from accounts.log_job import LogJob  # isort: skip
from accounts.notices import Notice  # isort: skip
from accounts.repeats import ApiAnswer  # isort: skip
from accounts.secret_links import SecretLink  # isort: skip
from accounts.recipients import WebhookDelivery, WebhookRecipient  # isort: skip

__all__ = [
    "Acceptance",
    "Account",
    "AccountKey",
    "Alarm",
    "ApiAnswer",
    "ApiKey",
    "ArrivedForm",
    "BellNotice",
    "CacheEntry",
    "Consent",
    "DocumentText",
    "DocumentVersion",
    "EmailChange",
    "Invitation",
    "LogJob",
    "Membership",
    "MembershipQuerySet",
    "Notice",
    "OutgoingMail",
    "OwnershipOffer",
    "SecretLink",
    "SecurityEvent",
    "StoredFile",
    "Suppression",
    "User",
    "UserManager",
    "Versioned",
    "WayBack",
    "WebhookDelivery",
    "WebhookRecipient",
    "normalise_email",
]
