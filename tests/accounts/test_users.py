"""Who signs in: one address, one person, whatever program writes the row."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from tests.promises import promise


@promise(19)
def test_the_database_refuses_a_second_user_with_the_same_name(alice, recorder):
    again = User(email=alice.email, first_name="Eve", last_name="Novak")
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([again])  # without any code of ours in between
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email=f" {alice.email.upper()} ", first_name="Eve", last_name="Novak").save()
