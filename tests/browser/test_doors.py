"""The door as a browser meets it."""


def test_a_member_comes_in_and_a_stranger_finds_nothing(server, open_page, sign_in, alice, acme, mallory, globex):
    page = open_page()
    sign_in(page, server, alice)
    assert page.goto(f"{server}/a/acme/").status == 200
    stranger = open_page()
    sign_in(stranger, server, mallory)
    assert stranger.goto(f"{server}/a/acme/").status == 404
    assert "Acme" not in stranger.content()


def test_signed_out_people_are_asked_to_sign_in(server, open_page, acme):
    page = open_page()
    page.goto(f"{server}/a/acme/")
    assert page.url.startswith(f"{server}/login/")
