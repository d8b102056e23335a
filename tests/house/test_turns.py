"""Only tests with real processes are tried twice."""

from types import SimpleNamespace

import pytest

from tests import turns


def a_file(name, tests, fixtures=()):
    return [SimpleNamespace(nodeid=f"{name}::test_{number}", fixturenames=fixtures) for number in range(tests)]


@pytest.mark.parametrize(
    ("name", "fixtures", "twice"),
    [
        ("tests/walks/test_a.py", (), True),
        ("tests/crm/imports/test_browser.py", ("open_page", "chromium"), True),
        ("tests/config/test_launch.py", (), True),
        ("tests/crm/test_contact.py", ("committed", "client"), False),
        ("tests/house/test_turns.py", (), False),
    ],
)
def test_only_what_drives_processes_has_a_second_try(name, fixtures, twice):
    assert turns.drives_processes(a_file(name, 1, fixtures)[0]) is twice


def test_this_test_has_no_second_try(request):
    assert request.node.get_closest_marker("flaky") is None
