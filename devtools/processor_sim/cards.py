"""The processor's test cards. A number becomes a behaviour as it comes in; the number itself is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """How a card behaves: when it is set up, and when it is charged."""

    brand: str = "visa"
    funding: str = "credit"
    at_setup: str | None = None  # a decline
    at_charge: str | None = None
    asks: str = "never"  # for its holder's consent: never, once, always
    after_asking: str | None = None  # a decline after the consent


CARDS = {
    "4242424242424242": Card(),
    "4000056655665556": Card(funding="debit"),
    "5555555555554444": Card(brand="mastercard"),
    "378282246310005": Card(brand="amex"),
    "4000000000000002": Card(at_setup="generic_decline", at_charge="generic_decline"),
    "4000000000009995": Card(at_setup="insufficient_funds", at_charge="insufficient_funds"),
    "4000000000009987": Card(at_setup="lost_card", at_charge="lost_card"),
    "4000000000009979": Card(at_setup="stolen_card", at_charge="stolen_card"),
    "4000000000000069": Card(at_setup="expired_card", at_charge="expired_card"),
    "4000000000000127": Card(at_setup="incorrect_cvc", at_charge="incorrect_cvc"),
    "4000000000000119": Card(at_setup="processing_error", at_charge="processing_error"),
    "4000000000006975": Card(at_setup="card_velocity_exceeded", at_charge="card_velocity_exceeded"),
    "4000000000000341": Card(at_charge="generic_decline"),
    "4000002500003155": Card(asks="once"),
    "4000002760003184": Card(asks="always"),
    "4000003800000446": Card(asks="never"),
    "4000008260003178": Card(asks="always", after_asking="insufficient_funds"),
    "4000008400001629": Card(asks="always", after_asking="generic_decline"),
}
# Cards by the names that the processor gives them, for whoever writes tests without a browser.
TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
}
# Decline → the code beside it, and the sentence.
DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "stolen_card": ("card_declined", "Your card was declined."),
    "card_velocity_exceeded": ("card_declined", "Your card was declined for making repeated attempts too frequently."),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    "payment_intent_authentication_failure": (
        "payment_intent_authentication_failure",
        "The provided payment method has failed authentication. "
        "You can provide a new payment method to attempt to fulfill this payment again.",
    ),
    "setup_intent_authentication_failure": (
        "setup_intent_authentication_failure",
        "The latest attempt to set up the payment method has failed because authentication failed.",
    ),
}


def is_number(digits: str) -> bool:
    """Whether a number could be a card's: length and Luhn's check digit."""
    if not digits.isdigit() or not 13 <= len(digits) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
