"""The front page, for strangers and for those who are signed in."""

from __future__ import annotations


def test_a_stranger_is_offered_the_trial(client, db):
    page = client.get("/").content.decode()
    assert "Start free trial (no card)" in page and "Open Candor" not in page


def test_who_is_signed_in_is_offered_the_way_in(client, alice):
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert "Start free trial" not in page and "Sign in" not in page
    assert page.count("Open Candor") == 2
