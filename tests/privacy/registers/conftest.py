"""What tests of the registers share."""

import pytest
from django.test import Client

from tests.signed_in import staff_browser


@pytest.fixture
def browser_without_cookies() -> Client:
    """A stranger's browser that keeps nothing."""
    return Client()


@pytest.fixture
def tesss(tess) -> Client:
    """Tess's browser."""
    return staff_browser(tess)
