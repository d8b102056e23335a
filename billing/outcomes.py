"""How a step with the processor ended, in words for whoever took it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from billing.gateway import Ambiguous, Conflict, Declined, Misconfigured, NotFound, Trouble, Unavailable


class Refused(Exception):
    """The sentence says what stands in the way and what to do. Nothing was changed, here or there."""


class Ending(StrEnum):
    """Done; to be confirmed with the bank; refused, and nothing was changed; or not known yet."""

    DONE = "done"
    CONFIRM = "confirm"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """How a step ended. ``client_secret`` is for the browser, which asks the bank with it: never stored or logged."""

    ending: Ending
    sentence: str = ""
    client_secret: str = field(default="", repr=False)
    trouble: Trouble | None = None  # what the processor said, where it did not take the step

    @property
    def is_done(self) -> bool:
        return self.ending is Ending.DONE


DONE = Outcome(Ending.DONE)

# What a bank says, in words that help. What it must not tell (a stolen card) is not told.
DECLINES = {
    "insufficient_funds": "Your bank says there is not enough money on the account of this card. Try another card.",
    "expired_card": "This card has expired. Use another card.",
    "incorrect_cvc": "The security code is not the one on this card. Type it again.",
    "incorrect_number": "That is not the number of a card. Type it again.",
    "processing_error": "The bank could not be asked just now. Try again in a moment.",
    "authentication_required": "Your bank wants you to confirm this payment. Try again and answer its question.",
    "card_not_supported": "This card can't be used for such a payment. Try another card.",
    "currency_not_supported": "This card can't pay in this currency. Try another card.",
    "card_velocity_exceeded": "This card has reached its limit. Ask your bank, or try another card.",
    "setup_intent_authentication_failure": "Your bank did not confirm that it is you. Try again, or another card.",
    "payment_intent_authentication_failure": "Your bank did not confirm that it is you. Try again, or another card.",
}
DECLINED = "Your bank declined this card and does not say why. Try another card, or ask your bank."

NOT_KNOWN_YET = (
    "The card processor did not answer in time. We find out by ourselves whether it came through, within minutes; "
    "nothing is ever charged twice."
)


def declined(code: str) -> str:
    """Why a card was declined, in a sentence."""
    return DECLINES.get(code, DECLINED)


def sentence(trouble: Trouble) -> str:
    """What went wrong and what to do now."""
    match trouble:
        case Declined():
            return declined(trouble.decline_code or trouble.code)
        case Unavailable():
            return "The card processor can't be reached at the moment. Nothing was changed. Try again in a few minutes."
        case Ambiguous():
            return NOT_KNOWN_YET
        case Conflict() | NotFound():
            return "The card processor's books have changed meanwhile. Load the page again and look."
        case Misconfigured():
            return "Payments are not working at the moment; we have been told. Nothing was changed."
    raise trouble


def outcome_of(trouble: Trouble) -> Outcome:
    """How a step ended that the processor did not take."""
    ending = Ending.UNKNOWN if isinstance(trouble, Ambiguous) else Ending.REFUSED
    return Outcome(ending, sentence(trouble), trouble=trouble)
