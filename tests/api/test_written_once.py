"""Lists whose statement is written once for all readers say to each of them what is theirs to read."""

import orjson
import pytest
from django.db.models import Value
from django.test import RequestFactory

from accounts.api.fields import ID, Field
from accounts.api.resource import Resource
from accounts.models import Membership
from config.api_urls import RESOURCES
from crm.api import Contacts

WRITTEN = [resource for resource in RESOURCES if resource._is_same_for_everybody]


def test_contacts_and_companies_are_written_once():
    assert {resource.name for resource in WRITTEN} == {"contacts", "companies"}
    assert all(type(resource).made_up_for is Resource.made_up_for for resource in WRITTEN)


@pytest.mark.parametrize("role", Membership.Role.values)
def test_every_reader_finds_in_the_list_what_each_record_says_to_them(role, alices, program_of, acme, bob):
    company = alices.post("companies/", {"name": "Tidewater", "tags": ["museum"], "note": "Big"}).data["id"]
    more = {"company": company, "tags": ["client"], "emails": [{"email": "m@x.example"}]}
    assert alices.post("contacts/", {"first_name": "Maren", **more}).status_code == 201
    readers = Membership.objects.filter(account=acme, user=bob)
    bobs = program_of(acme, bob)
    for only_own in (False, True) if role not in ("owner", "admin") else (False,):
        readers.update(role=role, sees_only_own_records=only_own)
        bobs.post("contacts/", {"first_name": "Own", **more})
        for resource in WRITTEN:
            alices.get(f"{resource.name}/")  # whoever reads first has the statement written
            found = bobs.get(f"{resource.name}/")
            for row in found.data["results"] if found.status_code == 200 else ():
                assert bobs.get(f"{resource.name}/{row['id']}/").data == row


class Personal(Contacts):
    """Contacts that say who reads them."""

    fields = (ID, Field("reader"))

    def made_up(self):
        return {"reader": Value("somebody")}

    def made_up_for(self, member):
        return {"reader": Value(str(member.public_id))}


def test_what_is_made_up_for_its_reader_is_never_written_once(acme, alice, bob, alices, inside):
    alices.post("contacts/", {"first_name": "Maren"})
    resource = Personal()
    for user in (alice, bob, alice):
        with inside(acme):
            request = RequestFactory().get("/api/v1/contacts/")
            request.account, request.membership = acme, acme.memberships.select_related("user").get(user=user)
            [row] = orjson.loads(resource.browse(request).content)["results"]
            assert row["reader"] == str(request.membership.public_id)
