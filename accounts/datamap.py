"""What we know about people who sign in, and about their firm. Sign-in tables of packages are here too."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from datamap import SELF, Column, Erasure, Keep, Party, Reason, Retention, Source, Subject, Support, describe

from . import jobs
from .models import (
    Acceptance,
    Account,
    AccountKey,
    Alarm,
    ApiAnswer,
    ApiKey,
    ArrivedForm,
    BellNotice,
    CacheEntry,
    Consent,
    DocumentText,
    DocumentVersion,
    EmailChange,
    Invitation,
    LogJob,
    Membership,
    Notice,
    OutgoingMail,
    OwnershipOffer,
    SecretLink,
    SecurityEvent,
    StoredFile,
    Suppression,
    User,
    WayBack,
    WebhookDelivery,
    WebhookRecipient,
)

SIGN_IN = "Identification and authentication"
CONTACT = "Contacting users about their use of the Service"
OPERATE = "Operating the Service"
BILLING = "Billing"

A_COPY_FOR_A_DAY = "A copy, for a day, of what the record itself carries."

SWITCHED_ON_ANEW = "Whoever brings the register in decides anew who is told."
OF_NO_USE_ELSEWHERE = "It signs messages, and would only help a thief."

OURS = {"subject": Subject.ACCOUNT_HOLDER, "party": Party.CONTROLLER}


def accounts_owned_by(user: User) -> QuerySet[Account]:
    return Account.objects.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)


def sessions_of(user: User) -> QuerySet[Session]:
    """The user's sessions: whose a session is stands in allauth's list, and sealed inside it."""
    return Session.objects.filter(pk__in=UserSession.objects.filter(user_id=user.pk).values("session_key"))


def invitations_to(member: Membership) -> QuerySet[Invitation]:
    return Invitation.objects.filter(account_id=member.account_id, email=member.user.email)


describe(
    User,
    **OURS,
    purpose=(SIGN_IN, CONTACT),
    retention=Retention.LIFE_OF_USER,
    fields={
        "email": Column("contact details", erase=Erasure.PSEUDONYMISE),
        "first_name": "identity",
        "last_name": "identity",
        "phone": "contact details",
        "street": "postal address",
        "postal_code": "postal address",
        "city": "postal address",
        "country": "postal address",
        "time_zone": Column("preference", purpose=OPERATE),
        "locale": Column("preference", purpose=OPERATE),
        "hours_format": Column("preference", purpose=OPERATE),
        "theme": Column("preference", purpose=OPERATE),
        "password": Column("credentials", purpose=SIGN_IN),
        "last_login": Column("security", erase=Erasure.CLEAR, purpose=SIGN_IN),
        "agreed_through": "consent",
        "restricted_at": "consent",
        "restricted_for": "consent",
        "joined_at": Column(
            "activity",
            erase=Keep(Reason.EXPECTED_USE, "It counts sign-ups; without the name it is nobody's."),
            purpose=OPERATE,
        ),
        "promotions_had": "activity",
    },
    not_personal=frozenset({"is_staff", "is_active"}),
    rows_for=SELF,
)

describe(
    Account,
    **OURS,
    purpose=(OPERATE, BILLING),
    fields={
        "name": "identity",
        "legal_name": "identity",
        "phone": "contact details",
        "slug": Column("identity", source=Source.SERVICE),
        "street": "postal address",
        "postal_code": "postal address",
        "city": "postal address",
        "region": "postal address",
        "country": "postal address",
        "overruled_because": Column("free text", source=Source.SERVICE),
        "allow_list": "device",
    },
    not_personal=frozenset(
        {
            "time_zone",
            "currency",
            "first_weekday",
            "plain_number_unit",
            "logo",
            "logo_small",
            "trial_ends_at",
            "paid_through",
            "past_due_since",
            "overruled_as",
            "overruled_until",
            "wanted_people",
            "wanted_interval",
            "most_members",
            "closing_at",
            "closing_days",
            "closed_at",
            "second_factor_since",
            "second_factor_days",
        }
    ),
    rows_for=accounts_owned_by,
    erase=Keep(Reason.TRANSACTION, "The firm's own details: they go when the account is closed."),
)

describe(
    Membership,
    purpose="Letting people into the account with the rights their firm gave them",
    fields={
        "role": "work",
        "joined_at": "work",
        "removed_at": "work",
        "profile_confirmed_at": "work",
        "last_seen_at": Column("activity", purpose=OPERATE),
        "kept_for": "contact details",
    },
    not_personal=frozenset(
        {"is_privacy_approver", "sees_only_own_records", "first_steps_hidden_at", "unread", "mails_notices"}
    ),
    rows_for=SELF,
)

# Somebody who is not a user yet: known by the address alone, until they come or the month is over.
describe(
    Invitation,
    purpose="Letting people into the account with the rights their firm gave them",
    subject=Subject.MEMBER,
    retention=Retention.THIRTY_DAYS,
    counted_from="expires_at",
    fields={
        "email": "contact details",
        "name": "identity",
        "message": "free text",
        "token_hash": Column("credentials", source=Source.SERVICE),
    },
    not_personal=frozenset({"role", "sent_at", "expires_at", "accepted_at", "revoked_at"}),
    rows_for=invitations_to,
    erase=Erasure.DELETE_ROW,
)

describe(
    OwnershipOffer,
    purpose="Letting people into the account with the rights their firm gave them",
    fields={"stays_owner": "work", "offered_at": "work", "ended_at": "work", "outcome": "work"},
    not_personal=frozenset({"expires_at"}),
    rows_for="offered_to",
)

describe(
    Consent,
    **OURS,
    purpose="Keeping to people's choices, and proving them",
    retention=Retention.LIFE_OF_USER,
    fields={
        "purpose": "consent",
        "is_given": "consent",
        "method": "consent",
        "notice_version": Column("consent", source=Source.SERVICE),
        "wording": Column("consent", source=Source.SERVICE),
        "source": Column("consent", source=Source.SERVICE),
        "said_at": "consent",
    },
    rows_for="user",
)


# Kept for whoever is gone: without it a later import could mail them again (64).
describe(
    Suppression,
    party=Party.CONTROLLER,
    purpose="Keeping to people's choices about mail, and proving them",
    fields={"digest": "technical", "purpose": "technical", "reason": "technical", "evidence": "technical"},
    not_personal=frozenset({"since"}),
)

describe(
    Acceptance,
    **OURS,
    purpose="Proving which terms and which policy a person agreed to",
    retention=Retention.LIFE_OF_USER,
    fields={
        "document": "consent",
        "version": "consent",
        "text": Column("consent", source=Source.SERVICE),
        "how": "consent",
        "accepted_at": "consent",
        "ip_address": "device",
        "user_agent": "device",
    },
    rows_for="user",
)

describe(
    DocumentText,
    party=Party.CONTROLLER,
    purpose=OPERATE,
    fields={"digest": "technical", "html": Column("business", source=Source.SERVICE)},
    not_personal=frozenset({"first_shown_at"}),
)

describe(
    DocumentVersion,
    party=Party.CONTROLLER,
    purpose=OPERATE,
    fields={"document": "technical", "summary": Column("business", source=Source.SERVICE)},
    not_personal=frozenset({"effective_on", "is_material", "published_at"}),
)


def letters_to(user: User) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(to=user.email)


# The words of a letter are dropped once it is sent; until then they may hold a link that opens a door.
describe(
    OutgoingMail,
    **OURS,
    purpose=CONTACT,
    retention=Retention.NINETY_DAYS,
    counted_from="written_at",
    fields={
        "to": "contact details",
        "purpose": "consent",
        "kind": "activity",
        "subject": "activity",
        "text": "credentials",
        "html": "credentials",
        "trouble": Column("free text", source=Source.SERVICE),
    },
    not_personal=frozenset({"state", "tries", "next_try_at", "written_at", "ended_at"}),
    rows_for=letters_to,
    erase=Erasure.DELETE_ROW,
)

describe(
    Notice,
    fields={"kind": "technical"},
    not_personal=frozenset({"days", "moment", "written_at"}),
)

describe(
    BellNotice,
    purpose="Telling a member what waits for their eyes",
    subject=Subject.MEMBER,
    fields={"kind": "technical", "created_at": "activity", "read_at": "activity"},
    not_personal=frozenset({"record_id"}),
    rows_for="member",
    erase=Erasure.DELETE_ROW,
)

describe(
    SecretLink,
    purpose="Letting a member's calendar and mail program in",
    subject=Subject.MEMBER,
    fields={
        "start": "credentials",
        "hash": "credentials",
        "kind": "technical",
        "last_used_at": "security",
    },
    not_personal=frozenset({"created_at"}),
    rows_for="membership",
    erase=Erasure.DELETE_ROW,
)

describe(
    WayBack,
    purpose="Letting an owner in whom the account's own list of addresses shuts out",
    retention=Retention.NINETY_DAYS,
    counted_from="sent_at",
    fields={"sent_at": "security", "used_at": "security", "used_from": "device"},
    not_personal=frozenset({"expires_at"}),
    rows_for="owner",
)

# Counted tries: keyed hashes, and moments that are dropped when they no longer count.
describe(
    CacheEntry,
    purpose="Slowing down whoever guesses passwords or floods our forms",
    party=Party.CONTROLLER,
    fields={"cache_key": "technical", "value": "technical"},
    not_personal=frozenset({"expires"}),
)

describe(
    ArrivedForm,
    purpose=OPERATE,
    party=Party.CONTROLLER,
    fields={"key": "technical"},
    not_personal=frozenset({"arrived_at"}),
)

describe(
    ApiKey,
    purpose="Letting a member's programs in",
    fields={
        "name": "free text",
        "start": "credentials",
        "hash": "credentials",
        "last_used_at": "security",
    },
    not_personal=frozenset({"scopes", "created_at", "expires_at", "revoked_at"}),
    rows_for="membership",
    erase=Erasure.DELETE_ROW,
)

describe(
    ApiAnswer,
    purpose="Giving a program the same answer when it asks again",
    retention=Retention.UNTIL_EXPIRED,
    counted_from="expires_at",
    fields={
        "key": Column("technical", support=Support.HIDDEN),
        "fingerprint": Column("technical", support=Support.HIDDEN),
        "headers": Column("technical", support=Support.HIDDEN),
        "body": Column("free text", support=Support.HIDDEN),
    },
    not_personal=frozenset({"status", "expires_at"}),
    rows_for="member",
    erase=Erasure.DELETE_ROW,
    exported=A_COPY_FOR_A_DAY,
)

# A file is the firm's as a whole and expires; the people inside an import are in the rows made from it.
describe(
    StoredFile,
    purpose="Keeping what an account uploads, and what is made for it",
    fields={
        "name": "business",
        "purpose": "technical",
        "media_type": "technical",
        "sha256": "technical",
        "secret": Column("technical", export="A secret: it would only help a thief.", support=Support.HIDDEN),
    },
    not_personal=frozenset({"size", "created_at", "expires_at", "discarded_at"}),
    rows_for="made_by",
)

describe(
    Alarm,
    fields={"task": "technical"},
    not_personal=frozenset({"rings_at", "done"}),
    exported="Which of our programs to wake; gone within a minute.",
)

describe(
    LogJob,
    purpose="Proving to the account that its log is whole, and handing it out",
    fields={
        "asked": Column("activity", support=Support.LENGTH),
        "anchor": Column("technical", export="A hash that was kept from earlier, to check against."),
        "report": Column("technical", export="Counts, hashes and numbers of events; no words of theirs."),
        "failure": Column("technical", export="Why one of our programs stopped."),
    },
    not_personal=jobs.FACTS | {"what", "total"},
    rows_for="by",
)

describe(
    AccountKey,
    fields={"wrapped": Column("technical", support=Support.HIDDEN)},
    exported="A secret: it would only help a thief.",
)

describe(
    EmailChange,
    **OURS,
    purpose="Checking that an e-mail address is the person's own",
    retention=Retention.THIRTY_DAYS,
    counted_from="asked_at",
    fields={
        "old_email": "contact details",
        "new_email": "contact details",
    },
    not_personal=frozenset({"asked_at", "confirmed_at", "ended_at"}),
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

describe(
    "account.EmailAddress",
    **OURS,
    purpose=SIGN_IN,
    retention=Retention.LIFE_OF_USER,
    fields={"email": "contact details"},
    not_personal=frozenset({"verified", "primary"}),
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

describe(
    "account.EmailConfirmation",
    **OURS,
    purpose="Checking that an e-mail address is the person's own",
    retention=Retention.THREE_DAYS,
    counted_from="created",
    fields={"key": Column("credentials", source=Source.SERVICE)},
    not_personal=frozenset({"created", "sent"}),
    rows_for="email_address__user",
    erase=Erasure.DELETE_ROW,
)

# What opens is sealed (accounts/factors); of a passkey there is the public half, which opens nothing.
describe(
    "mfa.Authenticator",
    **OURS,
    purpose=SIGN_IN,
    retention=Retention.LIFE_OF_USER,
    fields={
        "type": "security",
        "data": Column("credentials", source=Source.SERVICE),
        "created_at": "security",
        "last_used_at": "security",
    },
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

describe(
    Session,
    **OURS,
    purpose="Keeping a browser signed in for as long as it is open",
    retention=Retention.UNTIL_EXPIRED,
    counted_from="expire_date",
    fields={
        "session_key": Column("credentials", source=Source.SERVICE),
        "session_data": Column("credentials", source=Source.SERVICE),
        "expire_date": "security",
    },
    rows_for=sessions_of,
    erase=Erasure.DELETE_ROW,
)

describe(
    SecurityEvent,
    **OURS,
    purpose="Letting people see, and telling them, what happened to their sign-in",
    retention=Retention.NINETY_DAYS,
    counted_from="happened_at",
    fields={
        "kind": "security",
        "happened_at": "security",
        "ip": "device",
        "browser": "device",
        "system": "device",
        "device": "device",
    },
    rows_for="user",
)

# The row goes with its session; the key is the hash that the session's own table has, too.
describe(
    UserSession,
    **OURS,
    purpose="Showing people where they are signed in, so that they can end what they do not know",
    retention=Retention.NINETY_DAYS,
    counted_from="last_seen_at",
    fields={
        "session_key": Column("credentials", source=Source.SERVICE),
        "ip": "device",
        "user_agent": "device",
        "created_at": "security",
        "last_seen_at": "security",
        "data": "technical",
    },
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

describe(
    WebhookRecipient,
    purpose="Telling somebody outside that a record changed, where an owner switched it on",
    fields={
        "name": "business",
        "url": Column("business", support=Support.HIDDEN),
        "purpose": "business",
        "country": "business",
        "off_because": "technical",
        "switched_on_at": Column("technical", export=SWITCHED_ON_ANEW),
        "topics": "technical",
        "sealed_secret": Column("technical", support=Support.HIDDEN, export=OF_NO_USE_ELSEWHERE),
        "sealed_former_secret": Column("technical", support=Support.HIDDEN, export=OF_NO_USE_ELSEWHERE),
    },
    not_personal=frozenset({"former_secret_until", "heard_through"}),
)

describe(
    WebhookDelivery,
    purpose="Telling somebody outside that a record changed, where an owner switched it on",
    retention=Retention.UNTIL_EXPIRED,
    counted_from="expires_at",
    exported="Messages on their way, for seven days; what happened is in the log.",
    fields={"kind": "technical", "topic": "technical", "trouble": "technical", "state": "technical"},
    not_personal=frozenset(
        {
            "event_id",
            "record_id",
            "happened_at",
            "tries",
            "next_try_at",
            "tried_at",
            "status",
            "expires_at",
        }
    ),
)
