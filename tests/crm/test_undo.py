"""Putting back what a batch wrote: what somebody changed since stays as they left it."""

from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Company, Contact, ContactPosition, SearchToken
from crm.undo import put_back, value_of


def words_of(contact):
    return set(SearchToken.objects.filter(kind="contact", record_id=contact.pk).values_list("token", flat=True))


def test_rows_get_their_values_back_and_are_found_by_them(acme, inside, maren, edith, alice, bob, member_of):
    with inside(acme):
        before = {"last_name": "Hult", "owner_id": member_of(alice).pk, "custom.size": 4, "custom.gone": None}
        maren.custom = {"size": 5, "gone": "x", "colour": "red"}
        maren.save()
        after = {name: value_of(maren, name) for name in before}
        version = maren.version
        done = put_back(Contact, [(maren.pk, before, after)])
        maren.refresh_from_db()
        assert done.restored == [maren]
        assert done.kept == []
        assert (maren.last_name, maren.owner.user, maren.custom) == ("Hult", alice, {"size": 4, "colour": "red"})
        assert maren.name_key == "hult maren"
        assert maren.version == version + 1
        assert {"hult", "tidewater"} <= words_of(maren)
        assert "holt" not in words_of(maren)
        edith.refresh_from_db()
        assert edith.version == 1


def test_what_somebody_changed_since_is_kept_whole(acme, inside, maren, edith):
    with inside(acme):
        changes = [
            (maren.pk, {"title": "Head", "city": "Aarhus"}, {"title": "Director", "city": "Written by the batch"}),
            (edith.pk, {"title": "Clerk"}, {"title": ""}),
            (987654, {"title": "Clerk"}, {"title": ""}),
        ]
        done = put_back(Contact, changes)
        assert (done.restored, done.kept) == ([edith], [maren])
        maren.refresh_from_db()
        assert (maren.title, maren.city, maren.version) == ("Director", "", 1)


def test_a_companys_people_are_found_by_its_name_again(acme, inside, maren, edith, tidewater):
    with inside(acme):
        ContactPosition.objects.create(contact=edith, company=tidewater)
        put_back(Company, [(tidewater.pk, {"name": "Ebb Museum"}, {"name": "Tidewater Museum"})])
        assert "ebb" in words_of(maren)
        assert "ebb" in words_of(edith)


def test_moments_are_kept_as_text_and_a_batch_takes_a_fixed_number_of_statements(acme, inside):
    with inside(acme):
        at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        people = [Contact(first_name=f"Given{number}", restricted_at=at) for number in range(30)]
        Contact.objects.bulk_create(people)

        def statements(some):
            changes = [
                (each.pk, {"restricted_at": None}, {"restricted_at": value_of(each, "restricted_at")}) for each in some
            ]
            with CaptureQueriesContext(connection) as captured:
                assert len(put_back(Contact, changes).restored) == len(some)
            return len(captured)

        statements(people[:1])
        assert statements(people[1:3]) == statements(people[3:])
        assert not Contact.objects.filter(restricted_at__isnull=False).exists()
