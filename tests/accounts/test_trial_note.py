"""The trial's days as the note at the top counts them: a day begun is a day left."""

from datetime import timedelta

import pytest
from django.utils import timezone


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=30), "30 days left"),
        (timedelta(days=1, seconds=30), "2 days left"),
        (timedelta(hours=3), "1 day left"),
    ],
)
def test_a_day_begun_is_a_day_left(client, alice, acme, left, said):
    acme.trial_ends_at = timezone.now() + left
    acme.save()
    client.force_login(alice)
    assert said in client.get("/a/acme/").content.decode().replace("<b>", "")
