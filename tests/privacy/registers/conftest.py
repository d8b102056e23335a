"""What tests of the registers share."""

import pytest
from django.test import Client


@pytest.fixture
def browser_without_cookies() -> Client:
    """A stranger's browser that keeps nothing."""
    return Client()
