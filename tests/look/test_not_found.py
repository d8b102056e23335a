"""A wrong address shows our page, on a development server too."""

import pytest


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/no/such/page/", "/a/acme/no-such-page/", "/a/nobody/"])
def test_a_wrong_address_shows_our_page(client, alice, acme, settings, debug, path):
    settings.DEBUG = debug
    client.force_login(alice)
    response = client.get(path)
    assert response.status_code == 404
    assert b"Candor" in response.content
    assert b"DEBUG = True" not in response.content


def test_a_forgotten_slash_is_still_added(client, alice, acme, settings):
    settings.DEBUG = True
    client.force_login(alice)
    assert client.get("/a/acme/contacts").headers["Location"] == "/a/acme/contacts/"
