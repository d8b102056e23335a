"""The words the data map is written in: a closed list, each with its one-line meaning.

Numbers in brackets are promises: rows of the promise list shown at ``/privacy/promises/``.
A new word is a decision about people: add it here, with its meaning, or use one that exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Self

PROMISED = re.compile(r" \([\d, -]+\)(?=\.$)")  # "(44)": the promise that a meaning comes from


class Word(Enum):
    """One entry of a closed vocabulary: the word as people read it, and what it means."""

    meaning: str

    def __new__(cls, word: str, meaning: str, *_details: object) -> Self:
        entry = object.__new__(cls)
        entry._value_ = word
        entry.meaning = meaning
        return entry

    def __str__(self) -> str:
        return str(self.value)

    @property
    def in_words(self) -> str:
        """What it means, for whoever does not know our promises by their numbers."""
        return PROMISED.sub("", self.meaning)

    @classmethod
    def has(cls, word: Self | str) -> bool:
        return any(word in {entry, entry.value} for entry in cls)

    @classmethod
    def of(cls, word: Self | str) -> Self:
        """The entry for a word, or the entry itself."""
        return next(entry for entry in cls if word in {entry, entry.value})


class Subject(Word):
    """Whom a row is about. Every feature is routed by this (97)."""

    VISITOR = "visitor", "Somebody who looks at our public pages, known or unknown (44)."
    ACCOUNT_HOLDER = "account holder", "Somebody who signs in: the person behind the password (1-5)."
    MEMBER = "member", "Somebody as they work inside a customer's account: their hours, their rates (22)."
    CONTACT = "contact", "Somebody whose details a customer keeps; may never have heard of us (97)."


class Party(Word):
    """In which role we hold the data (97)."""

    CONTROLLER = "controller", "We decide what it is for and answer the person ourselves (105)."
    PROCESSOR = "processor", "A customer decides; we keep it for them and pass requests on to them (97)."


class Basis(Word):
    """Why we may hold it at all: exactly one for each purpose (106)."""

    CONTRACT = "contract", "Needed to do what we agreed; for hosted data, what the customer instructs (106)."
    CONSENT = "consent", "The person said yes, and may take it back at any time (62, 107)."
    LEGITIMATE_INTEREST = "legitimate interest", "One named interest of ours; the person may object (108)."
    LEGAL_OBLIGATION = "legal obligation", "A law tells us to (106)."


class Interest(Word):
    """The only legitimate interests we rely on, as the policy names them (106, 108)."""

    SECURITY = "website and network security", "Keeping strangers out (49)."
    SUPPORT = "customer support", "Solving what a customer asked us to solve (74)."
    FRAUD = "fraud prevention", "Keeping cheats from harming others (87)."
    IMPROVEMENT = "improving our Site", "Making it work on what people use (47)."


class Source(Word):
    """Where a value comes from: the second column of the public table (119, 122)."""

    PERSON = "directly from you", "The person typed it or chose it."
    CUSTOMER = "from our customer", "A customer typed or imported it about somebody."
    BROWSER = "your browser", "Sent by the browser or read from a cookie (44)."
    SERVICE = "made by the Service", "Worked out or counted by our own programs."
    PAYMENT = "from the card processor", "Handed back by the intermediary that handles the card (26)."


class Erasure(Word):
    """What happens to a value when the person it is about is erased (111, 127).

    The fourth answer is ``Keep``, which cannot be given without a reason.
    """

    DELETE_ROW = "row deleted", "The whole row goes."
    CLEAR = "cleared", "The value is emptied or set back to its default; the row stays."
    PSEUDONYMISE = "pseudonymised", "The value becomes, or points at, a stand-in that names nobody."
    UNTOUCHED = "untouched", "About nobody, so there is nothing to erase."


class Reason(Word):
    """The nine coded reasons for keeping something in spite of an erasure (132)."""

    is_usable: bool

    def __init__(self, word: str, meaning: str, is_usable: bool = True) -> None:
        self.is_usable = is_usable

    TRANSACTION = "1 transaction or contract", "To finish or honour what was agreed."
    SECURITY = "2 security and fraud", "To notice an attack and find who did it."
    DEBUGGING = "3 debugging", "To mend an error; never longer than 30 days."
    SPEECH = "4 free speech or another right", "Needs counsel's approval for each case.", False
    CALECPA = "5 California ECPA", "To answer a lawful electronic-communications order (145)."
    RESEARCH = "6 research in the public interest", "Only with the person's informed consent (133).", False
    EXPECTED_USE = "7 expected internal use", "What a person in this relationship would expect anyway."
    LEGAL_OBLIGATION = "8 legal obligation", "A law tells us to keep it."
    COMPATIBLE_USE = "9 compatible internal use", "Listed in older law; we do not use it.", False


@dataclass(frozen=True)
class Keep:
    """The value stays although the person is erased: for a coded reason, explained in one sentence."""

    reason: Reason
    why: str

    def __str__(self) -> str:
        return f"kept: {self.reason}. {self.why}"


class Support(Word):
    """What a support agent sees during a granted look at the record (69, 70).

    The three in the middle are masks: the customer may lift them field by field in the grant.
    """

    SHOWN = "shown", "As it is."
    INITIALS = "masked to initials", "Maria Gomez becomes M. G."
    HINT = "masked to a hint", "maria@acme.example becomes m•••@a•••; a number keeps its last two digits."
    LENGTH = "masked to its length", "Only whether it is empty, short or long."
    HIDDEN = "hidden", "Never, not even when the customer would allow it."

    @property
    def is_masked(self) -> bool:
        return self in {Support.INITIALS, Support.HINT, Support.LENGTH}


class Retention(Word):
    """How long a row stays: a named rule; with days, a daily job removes what is older (147)."""

    days: int | None

    def __init__(self, word: str, meaning: str, days: int | None = None) -> None:
        self.days = days

    LIFE_OF_ACCOUNT = (
        "life of the account",
        "Until the account is closed and its grace period is over (10).",
    )
    LIFE_OF_USER = "life of the sign-in", "Until the person's sign-in is removed."
    LIFE_OF_LOG = (
        "life of the log",
        "The sealed record of what was done; names go when the person goes.",
    )
    UNTIL_EXPIRED = "until it expires", "Removed on the first day after the moment written in the row.", 0
    THREE_DAYS = "3 days", "Long enough to follow a link in a mail.", 3
    THIRTY_DAYS = "30 days", "Long enough to notice a mistake and undo it.", 30
    NINETY_DAYS = "90 days", "Long enough to notice and trace an attack.", 90
    TWO_YEARS = "2 years", "As long as rights requests must be provable (146).", 730
    TEN_YEARS = "10 years", "As long as books must be kept.", 3652


_BOOKS = Keep(Reason.TRANSACTION, "It belongs to the customer's books; the name on it goes.")
_ALERT = Keep(Reason.SECURITY, "An attack can only be traced while its tracks exist.")
_PROOF = Keep(Reason.LEGAL_OBLIGATION, "We must be able to prove what was agreed.")
_TAX = Keep(Reason.LEGAL_OBLIGATION, "Tax law asks for it.")

_SECRET = "A secret: it would only help a thief."  # noqa: S105 - a sentence, not a password
_COPY = "A copy of what the record itself carries."


class Category(Word):
    """What kind of data a column holds, and the answers that follow unless the column says otherwise."""

    erase: Erasure | Keep
    support: Support
    ccpa: str | None
    source: Source | None
    not_exported: str | None

    def __init__(
        self,
        word: str,
        meaning: str,
        erase: Erasure | Keep,
        support: Support,
        ccpa: str | None = None,
        source: Source | None = None,
        not_exported: str | None = None,
    ) -> None:
        self.erase = erase
        self.support = support
        self.ccpa = ccpa
        self.source = source
        self.not_exported = not_exported

    # About a person.
    IDENTITY = (
        "identity", "Who somebody is: a name, a user name, a portrait (2, 19).",
        Erasure.PSEUDONYMISE, Support.INITIALS, "Identifiers",
    )  # fmt: skip
    CONTACT_DETAILS = (
        "contact details", "How to reach somebody: e-mail address, phone, web page (4, 5).",
        Erasure.CLEAR, Support.HINT, "Identifiers",
    )  # fmt: skip
    POSTAL_ADDRESS = (
        "postal address", "Where somebody lives or works (3).",
        Erasure.CLEAR, Support.LENGTH, "Identifiers",
    )  # fmt: skip
    LINK = (
        "link", "The key of a person who is described elsewhere (48).",
        Erasure.PSEUDONYMISE, Support.SHOWN, "Identifiers", Source.SERVICE,
    )  # fmt: skip
    WORK = (
        "work", "What somebody does for a living, and when: title, role, hours, expenses.",
        _BOOKS, Support.SHOWN, "Professional or employment-related information",
    )  # fmt: skip
    FREE_TEXT = (
        "free text", "Whatever somebody typed: notes, descriptions, custom fields.",
        Erasure.CLEAR, Support.LENGTH, "Customer records",
    )  # fmt: skip
    FILE = (
        "file", "Something uploaded or produced: only its size and type are told (73).",
        Erasure.CLEAR, Support.LENGTH, "Customer records",
    )  # fmt: skip
    PREFERENCE = (
        "preference", "What somebody likes: language, time zone, theme, kinds of mail (53).",
        Erasure.CLEAR, Support.SHOWN, "Customer records",
    )  # fmt: skip
    CONSENT = (
        "consent", "What somebody agreed to, in which words, and when (24, 62).",
        _PROOF, Support.SHOWN, "Customer records",
    )  # fmt: skip
    BILLING = (
        "billing", "What somebody owes and paid; a card's brand and last four digits at most (26, 29).",
        _TAX, Support.LENGTH, "Commercial information",
    )  # fmt: skip
    CREDENTIALS = (
        "credentials", "What lets somebody in: a password hash, a key, a token, a second factor (125).",
        Erasure.CLEAR, Support.HIDDEN, "Sensitive personal information: account log-in",
        None, _SECRET,
    )  # fmt: skip
    SECURITY = (
        "security", "What protects a sign-in: when it was used, what failed, what raised an alert (49).",
        _ALERT, Support.HIDDEN, "Internet or other electronic network activity", Source.SERVICE,
    )  # fmt: skip
    DEVICE = (
        "device", "What a browser tells: IP address, provider, system, browser, device class (44, 46).",
        Erasure.CLEAR, Support.HIDDEN, "Internet or other electronic network activity", Source.BROWSER,
    )  # fmt: skip
    ACTIVITY = (
        "activity", "What somebody did here and when: pages visited, last seen, joined on (44).",
        Erasure.CLEAR, Support.SHOWN, "Internet or other electronic network activity", Source.SERVICE,
    )  # fmt: skip
    SEARCH = (
        "search", "Words copied out of other columns so that they can be found (149).",
        Erasure.CLEAR, Support.HIDDEN, None, Source.SERVICE, _COPY,
    )  # fmt: skip

    # About nobody.
    BUSINESS = (
        "business", "A customer's own trade: a price, a deal's value, a project's name (69).",
        Erasure.UNTOUCHED, Support.LENGTH,
    )  # fmt: skip
    TECHNICAL = (
        "technical", "What keeps a row in order: a key, a state, a version, a moment. Support sees it.",
        Erasure.UNTOUCHED, Support.SHOWN,
    )  # fmt: skip

    @property
    def is_personal(self) -> bool:
        return self not in {Category.BUSINESS, Category.TECHNICAL}
