"""What a list's address may ask for; anything else is refused by name, never guessed at."""

import pytest

INSTANT = "Write an instant with its zone, as in 2026-11-20T09:30:00Z."
CURSOR = "This cursor belongs to another list or ordering. Begin without one."
WRONG = [
    ("page_size=0", "page_size", "Take a number from 1 to 200."),
    ("page_size=201", "page_size", "Take a number from 1 to 200."),
    ("page_size=x", "page_size", "Take a number from 1 to 200."),
    ("search=" + "x" * 201, "search", "Write at most 200 characters."),
    ("search=%00", "search", "A text can't hold the character zero."),
    ("search=a&search=b", "search", "Give it once."),
    ("email=" + "x" * 321, "email", "Write at most 320 characters."),
    ("tag=%00", "tag", "A text can't hold the character zero."),
    ("company=5", "company", "Write an id, as in 3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f."),
    ("updated_since=2026-11-20", "updated_since", INSTANT),
    ("updated_since=0726-08-08T08:10:48Z", "updated_since", INSTANT),
    ("cursor=0", "cursor", CURSOR),
    ("cursor=%00", "cursor", CURSOR),
    ("cursor=%C3%BC", "cursor", CURSOR),
]


@pytest.mark.parametrize(("query", "name", "words"), WRONG)
def test_a_wrong_parameter_is_refused_by_name(query, name, words, alices):
    response = alices.get(f"contacts/?{query}")
    assert (response.status_code, response.data["errors"]) == (400, {name: [words]})


def test_a_parameter_that_nobody_knows_is_refused(alices):
    response = alices.get("tags/?serach=x")
    assert response.status_code == 400
    assert response.data["errors"] == {
        "serach": ["There is no such parameter. These are: cursor, ordering, page_size."]
    }


def test_an_empty_ordering_is_none_of_them(alices):
    refused = alices.get("contacts/?ordering=")
    assert (refused.status_code, list(refused.data["errors"])) == (400, ["ordering"])
