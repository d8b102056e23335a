from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.core import checks
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import StoredFile
from datamap import Basis, Category, Column, Erasure, Interest, Keep, Reason, Registry, Retention, Subject, suggestions
from datamap import checks as datamap_checks
from tests.promises import promise


@pytest.fixture
def found(models_of_toys):
    """The trouble in a book: (code, sentence, hint) of each message."""

    def find(book, models=models_of_toys):
        return [(m.id, m.msg, m.hint) for m in datamap_checks.problems(book, models)]

    return find


def test_a_fully_described_house_has_no_problems(found, book_with):
    assert found(book_with()) == []


def test_an_undescribed_model_is_an_error_with_a_call_to_paste(found, book_with, toys):
    [(code, message, hint)] = found(book_with(toys.Entry, without=True))
    assert code == "datamap.E001"
    assert message == "The data map does not know toys.Entry."
    assert 'describe(\n    Entry,\n    purpose="…' in hint
    assert '        "note": "free text",\n' in hint
    assert 'not_personal=frozenset({"locked_at"}),\n' in hint
    assert 'rows_for="person",\n' in hint
    assert "project" not in hint


def test_the_pasted_suggestion_is_python_and_silences_the_check(found, book_with, toys):
    book = book_with(toys.Entry, without=True)
    [(_, _, hint)] = found(book)
    exec(hint[hint.index("describe(") :], {"describe": book.describe, "Entry": toys.Entry})  # noqa: S102
    assert found(book) == []


def test_an_undescribed_model_of_a_package_may_be_said_to_hold_nothing(found, book_with, models_of_toys):
    book = book_with()
    [(code, _, hint)] = found(book, [*models_of_toys, Session])
    assert code == "datamap.E001"
    assert 'describe(\n    "sessions.Session",' in hint
    assert 'holds_nothing_personal("sessions.Session", because="…")' in hint
    book.holds_nothing_personal("sessions.Session", because="A toy.")
    assert found(book, [*models_of_toys, Session]) == []


@promise(106)
def test_an_undescribed_column_is_an_error_with_a_line_to_paste(found, book_with, toys):
    trouble = found(book_with(toys.Entry, fields={"day": "work", "minutes": "work"}, not_personal=frozenset()))
    assert [(code, message) for code, message, _ in trouble] == [
        (
            "datamap.E002",
            "The data map does not know toys.Entry.note: does it tell something about a person?",
        ),
        (
            "datamap.E002",
            "The data map does not know toys.Entry.locked_at: does it tell something about a person?",
        ),
    ]
    assert 'fields in describe(Entry, …): "note": "free text",' in trouble[0][2]
    assert 'not_personal in describe(Entry, …): "locked_at",' in trouble[1][2]


def test_a_column_that_is_gone_is_an_error(found, book_with, toys):
    [(code, message, hint)] = found(book_with(toys.Project, not_personal=frozenset({"state", "colour"})))
    assert code == "datamap.E003"
    assert message == "The data map describes toys.Project.colour, which no longer exists."
    assert hint == 'Delete "colour" from describe(Project, …).'


@pytest.mark.parametrize("say", ["describe", "holds_nothing_personal"])
def test_a_model_that_is_gone_is_an_error(found, book_with, say):
    book = book_with()
    getattr(book, say)("toys.Gone", **({"because": "A toy."} if say != "describe" else {}))
    [(code, message, _)] = found(book)
    assert (code, message) == ("datamap.E003", "The data map describes toys.Gone, which no longer exists.")


def test_an_unknown_category_is_an_error_that_lists_the_words(found, book_with, toys):
    [(code, message, hint)] = found(book_with(toys.Project, fields={"name": "biznes"}))
    assert code == "datamap.E004"
    assert message == "toys.Project.name is called 'biznes', which is no category."
    assert all(f'"{category}"' in hint for category in Category)


@promise(106)
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ({"purpose": ""}, 'purpose="…'),
        ({"purpose": ()}, 'purpose="…'),
        ({"rows_for": None}, 'rows_for="person"'),
        ({"rows_for": "persson"}, 'rows_for="person"'),
        ({"rows_for": "person__nobody"}, 'rows_for="person"'),
        ({"also": {Subject.CONTACT: "client"}}, 'rows_for="person"'),
        ({"basis": Basis.LEGITIMATE_INTEREST}, "interest=Interest.SECURITY"),
        ({"interest": Interest.SUPPORT}, "basis=Basis.LEGITIMATE_INTEREST"),
        ({"retention": Retention.NINETY_DAYS}, "counted_from="),
        ({"retention": Retention.NINETY_DAYS, "counted_from": "days"}, "counted_from="),
    ],
)
def test_a_table_about_people_says_why_whose_and_how_long(found, book_with, toys, words, hint):
    [(code, message, text)] = found(book_with(toys.Entry, **words))
    assert (code, message) == ("datamap.E005", "The data map says too little about toys.Entry.")
    assert text.startswith("In describe(Entry, …) say: ")
    assert hint in text


def test_a_table_of_keys_needs_only_a_purpose(found, book_with, models_of_toys, toys):
    book = book_with()
    book.describe(toys.Seat, purpose="Showing who works on what")
    assert found(book, [*models_of_toys, toys.Seat]) == []


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ({"not_personal": frozenset({"locked_at", "day"})}, "stands in fields and in not_personal"),
        ({"not_personal": frozenset({"locked_at", "approver"})}, "is the key of a person"),
        ({"fields": {"day": "work", "minutes": "link", "note": "free text"}}, "is not the key of a person"),
        ({"fields": {"day": "work", "minutes": "device", "note": "free text"}}, "the column cannot be empty"),
        (
            {
                "fields": {
                    "day": "work",
                    "minutes": Column("work", erase=Erasure.DELETE_ROW),
                    "note": "free text",
                }
            },
            "cannot take its row along",
        ),
        (
            {
                "fields": {
                    "day": "work",
                    "minutes": Column("work", erase=Erasure.UNTOUCHED),
                    "note": "free text",
                }
            },
            "yet nothing is to happen to it",
        ),
        (
            {
                "fields": {
                    "day": "work",
                    "minutes": Column("work", erase=Keep(Reason.COMPATIBLE_USE, "We like it.")),
                    "note": "free text",
                }
            },
            "may not be kept like this",
        ),
        (
            {
                "fields": {
                    "day": "work",
                    "minutes": Column("work", erase=Keep(Reason.LEGAL_OBLIGATION, "")),
                    "note": "free text",
                }
            },
            "may not be kept like this",
        ),
        (
            {
                "fields": {
                    "day": "work",
                    "minutes": "work",
                    "note": Column("free text", erase=Erasure.CLEAR),
                },
                "erase": Erasure.DELETE_ROW,
            },
            "goes with its row, yet says erase",
        ),
    ],
)
def test_contradictions_are_errors(found, book_with, toys, words, trouble):
    messages = found(book_with(toys.Entry, **words))
    assert [code for code, _, _ in messages] == ["datamap.E006"]
    assert trouble in messages[0][1]


def test_text_that_people_type_is_never_just_technical(found, book_with, toys):
    [(code, message, hint)] = found(book_with(toys.Project, fields={}, not_personal=frozenset({"name", "state"})))
    assert code == "datamap.E006"
    assert "it may name anybody, and support would see it" in message
    assert '"name": "business"' in hint


def test_a_unique_text_cannot_be_cleared(found, book_with, toys):
    [(code, message, _)] = found(book_with(toys.Member, erase=None))
    assert code == "datamap.E006"
    assert "toys.Member.email is to be cleared, but the column cannot be empty" in message


def test_a_number_can_be_cleared_to_its_default_but_not_a_moment(found, book_with, models_of_toys, toys):
    book = book_with()
    fields = {"visits": "activity", "seen_at": "activity"}
    book.describe(toys.Badge, purpose="A toy", fields=fields, rows_for="person")
    [(code, message, _)] = found(book, [*models_of_toys, toys.Badge])
    assert code == "datamap.E006"
    assert "toys.Badge.seen_at is to be cleared" in message


def test_manage_check_runs_it():
    assert datamap_checks.check_datamap in checks.registry.registry.get_checks()


WAYS = st.sampled_from(["identity", "free text", "business", "technical", "nonsense", "not personal", "nothing"])


@given(ways=st.fixed_dictionaries(dict.fromkeys(["name", "email", "created_at"], WAYS)))
def test_a_book_without_problems_gives_each_column_exactly_one_answer(toys, ways):
    book = Registry()
    book.describe(
        toys.Member,
        purpose="A toy",
        fields={name: way for name, way in ways.items() if way not in {"not personal", "nothing"}},
        not_personal=frozenset(name for name, way in ways.items() if way == "not personal"),
        rows_for="self",
        erase=Erasure.PSEUDONYMISE,
    )
    trouble = {message.id for message in datamap_checks.problems(book, [toys.Member])}
    is_unsaid = {ways["name"], ways["email"]} & {"nothing"}
    assert ("datamap.E002" in trouble) == bool(is_unsaid)
    assert ("datamap.E004" in trouble) == ("nonsense" in ways.values())
    if not trouble:
        answers = book.columns_of(toys.Member)
        assert [answer.column for answer in answers] == ["id", "name", "email", "created_at"]
        for answer in answers:
            assert answer.is_personal == bool(answer.subjects)
            assert answer.is_personal == (answer.erase is not Erasure.UNTOUCHED)
            assert answer.is_personal == bool(answer.purposes)


def test_the_hint_names_the_file_of_an_app_inside_a_folder(found, book_with, toys, monkeypatch):
    app = SimpleNamespace(name="privacy.exports")
    monkeypatch.setattr(suggestions.apps, "get_containing_app_config", lambda module: app)
    [(_, _, hint)] = found(book_with(toys.Entry, without=True))
    assert hint.startswith("Type into privacy/exports/datamap.py:")


def test_the_hint_names_the_file_that_is_read_at_start():
    [message] = [
        message for message in datamap_checks.problems(Registry(), [StoredFile]) if message.id == "datamap.E001"
    ]
    assert message.hint.startswith("Type into accounts/datamap.py:\n\ndescribe(\n    StoredFile,")
