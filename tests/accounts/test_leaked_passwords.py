"""A password that leaked somewhere is refused: the commonest everywhere, all of them where the list is there."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.leaked import is_listed
from tests.promises import promise

GOOD = "quiet maple seven trains"


def listing(words, ending=b"\n"):
    hashes = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)
    return ending.join(f"{each}:{number}".encode() for number, each in enumerate(hashes)) + ending


@promise(20)
def test_what_leaked_is_refused_by_every_form_that_sets_a_password(settings, tmp_path, client, alice):
    validate_password(GOOD)
    with pytest.raises(ValidationError, match="too common"):
        validate_password("1q2w3e4r5t6y")  # comes with the program: what leaked most often
    settings.LEAKED_PASSWORDS_FILE = tmp_path / "leaked.txt"
    settings.LEAKED_PASSWORDS_FILE.write_bytes(listing([GOOD, "another long phrase"]))
    with pytest.raises(ValidationError, match="has leaked"):
        validate_password(GOOD)
    validate_password("a phrase that nobody said")
    alice.set_password("my own old password")
    alice.save()
    client.force_login(alice)
    given = {"oldpassword": "my own old password", "password1": GOOD, "password2": GOOD}
    page = client.post("/password/change/", given).content.decode()
    alice.refresh_from_db()
    assert "has leaked from another service" in page and alice.check_password("my own old password")


@pytest.mark.parametrize("many", [0, 1, 2, 3, 400])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_list_is_halved_to_every_line_and_past_none(many, ending):
    words = [f"word {number}" for number in range(many)]
    lines = listing(words, ending) if words else b""
    assert all(is_listed(lines, word) for word in words)
    assert all(is_listed(lines.rstrip(), word) for word in words)
    assert not any(is_listed(lines, f"other {number}") for number in range(50))
