"""Our words in place of Django's, for fields of models and of forms alike."""

from django import forms

from crm.models import Contact, Deal


def _said(field, value):
    try:
        field.clean(value)
    except forms.ValidationError as refusal:
        return refusal.messages[0]
    return ""


def test_a_refusal_says_what_to_write():
    an_email = "Write an e-mail address, as in name@tidewater.example"
    worth = Deal._meta.get_field("value").formfield()
    cases = [
        (forms.EmailField(), "maren(at)x", an_email),
        (Contact._meta.get_field("email").formfield(), "maren(at)x", an_email),
        (forms.CharField(), " ", "Fill this in."),
        (forms.CharField(max_length=3), "four", "Write at most 3 characters; these are 4."),
        (worth, "lots", "Write a number, as in 1250 or 12.50."),
        (worth, "1.234", "Write at most 2 digits after the point."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b” is not one of the choices."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), ["b"], "“b” is not one of the choices."),
        (forms.DateField(), "soon", "Write a day as 2026-11-20 or 20 Nov 2026."),
    ]
    assert [_said(field, value) for field, value, _ in cases] == [words for _, _, words in cases]
