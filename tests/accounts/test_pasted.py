"""People as somebody pastes them: what is read, and what is told about each line."""

import pytest

from accounts.people.pasted import read


def found(text):
    return [(person.name, person.email) for person in read(text).people.values()]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("anna@x.de", [("", "anna@x.de")]),
        ("Anna Berg <anna@x.de>", [("Anna Berg", "anna@x.de")]),
        (
            "Berg, Anna <anna@x.de>; Holm, Maren <maren@x.de>",
            [("Anna Berg", "anna@x.de"), ("Maren Holm", "maren@x.de")],
        ),
        ("anna@x.de, ben@x.de;carl@x.de", [("", "anna@x.de"), ("", "ben@x.de"), ("", "carl@x.de")]),
        ("anna@x.de\n\n  ben@x.de\r\n", [("", "anna@x.de"), ("", "ben@x.de")]),
        ("anna@x.de ben@x.de", [("", "anna@x.de"), ("", "ben@x.de")]),
        ("b@y.de, Anna Berg <anna@x.de>, c@y.de", [("", "b@y.de"), ("Anna Berg", "anna@x.de"), ("", "c@y.de")]),
        ("Anna Berg\tanna@x.de\nBen,Holm,ben@x.de", [("Anna Berg", "anna@x.de"), ("Ben Holm", "ben@x.de")]),
        ("Anna Berg anna@x.de, Ben Holm ben@x.de", [("Anna Berg", "anna@x.de"), ("Ben Holm", "ben@x.de")]),
        ('"Anna Berg" <ANNA@X.de>,', [("Anna Berg", "anna@x.de")]),
        ("<mailto:anna@x.de>.", [("", "anna@x.de")]),
        ("anna@x.de\nAnna Berg <Anna@x.de>", [("Anna Berg", "anna@x.de")]),
        ("", []),
        (" \n;,\n", []),
    ],
)
def test_the_usual_forms_are_read(text, people):
    assert found(text) == people
    assert read(text).faults == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("anna@x.de\nfoo", ["Line 2: “foo” is no e-mail address."]),
        ("anna@x", ["Line 1: “anna@x” is no e-mail address."]),
        ("Anna <>", ["Line 1: There is no address between < and >."]),
        ("Anna Berg <anna@x.de", ["Line 1: “<anna@x.de” is no e-mail address."]),
        ("Anna Berg anna@x.de ben@x.de", ["Line 1: Put a comma between the people in “Anna Berg anna@x.de ben@x.de”."]),
        ("http://evil.example <anna@x.de>", ["Line 1: Write the name without a link."]),
        (f"{'x' * 200} <anna@x.de>", [f"Line 1: “{'x' * 40}…” is too long for a name."]),
        (f"{'x' * 250}@x.de", ["Line 1: This address is too long."]),
    ],
)
def test_what_can_not_be_read_is_told_line_by_line(text, faults):
    assert read(text).faults == faults


def test_a_name_is_kept_from_whichever_line_has_it():
    assert found("anna@x.de; Anna Berg <anna@x.de>; Somebody Else <anna@x.de>") == [("Anna Berg", "anna@x.de")]
