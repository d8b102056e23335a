"""What forms say of a value that they can't take: our words in place of Django's, said once for all forms.

A field with something better to say has its own ``error_messages``.
"""

from django import forms
from django.core import validators
from django.db import models

EMAIL = "Write an e-mail address, as in name@tidewater.example"
NEEDED = "Fill this in."
LENGTH = "Write at most %(limit_value)d characters; these are %(show_value)d."
NO_SUCH = "That is not one of the choices."

_FIELDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": NEEDED},
    forms.ChoiceField: {"required": "Choose one.", "invalid_choice": "“%(value)s” is not one of the choices."},
    forms.TypedChoiceField: {"required": "Choose one."},
    forms.MultipleChoiceField: {"invalid_choice": "“%(value)s” is not one of the choices."},
    forms.BooleanField: {"required": "Tick this."},
    forms.ModelChoiceField: {"required": "Choose one.", "invalid_choice": NO_SUCH},
    forms.ModelMultipleChoiceField: {"required": "Choose one.", "invalid_choice": NO_SUCH},
    forms.FileField: {"required": "Choose a file.", "empty": "The file is empty. Choose it again."},
    forms.IntegerField: {"invalid": "Write a whole number."},
    forms.DecimalField: {"invalid": "Write a number, as in 1250 or 12.50."},
    forms.DateField: {"invalid": "Write a day as 2026-11-20 or 20 Nov 2026."},
    forms.DateTimeField: {"invalid": "Write a day and a time, as in 2026-11-20 14:30."},
    forms.TimeField: {"invalid": "Write a time, as in 14:30."},
}


def use() -> None:
    """Before any field is made: each takes its words along then."""
    for field, words in _FIELDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **words}
    models.Field.default_error_messages = {**models.Field.default_error_messages, "blank": NEEDED, "null": NEEDED}
    validators.validate_email.message = EMAIL
    validators.EmailValidator.message = EMAIL
    validators.MaxLengthValidator.message = LENGTH
    validators.MinValueValidator.message = "Write %(limit_value)s or more."
    validators.MaxValueValidator.message = "Write %(limit_value)s or less."
    validators.DecimalValidator.messages = {
        **validators.DecimalValidator.messages,
        "max_digits": "Write at most %(max)s digits.",
        "max_decimal_places": "Write at most %(max)s digits after the point.",
        "max_whole_digits": "Write at most %(max)s digits before the point.",
    }
