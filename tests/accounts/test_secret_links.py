"""Secrets that stand for a member: shown once, kept as a hash, ended by a new one."""

import pytest

from accounts import secret_links
from accounts.models import Membership, SecretLink
from tests.forging import forged


@pytest.fixture
def member(acme, bob):
    return Membership.objects.get(account=acme, user=bob)


def test_a_secret_finds_its_member_and_kind_alone(member, django_assert_num_queries):
    secret = secret_links.make(member, "mail")
    with django_assert_num_queries(1):
        assert secret_links.found("mail", secret).membership == member
    with django_assert_num_queries(1):
        assert secret_links.found("mail", forged(secret)) is None
    assert secret_links.found("calendar", secret) is None
    stored = SecretLink.objects.filter(account_id=member.account_id).values().get()
    assert secret not in str(stored) and stored["start"] == secret[:4]


def test_a_new_one_ends_the_former_and_revoking_ends_it(member):
    first, second = (secret_links.make(member, "mail") for _ in range(2))
    assert secret_links.found("mail", first) is None
    assert secret_links.found("mail", second)
    assert secret_links.revoke(member, "mail") == 1
    assert secret_links.found("mail", second) is None
    assert secret_links.present(member, "mail") is None


def test_who_left_is_found_no_more(member):
    secret = secret_links.make(member, "mail")
    Membership.objects.filter(pk=member.pk).update(removed_at=member.joined_at)
    assert secret_links.found("mail", secret) is None
