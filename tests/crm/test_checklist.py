"""The first step here ticks itself."""

from accounts import checklist
from accounts.models import Membership
from crm.actions import move_to_bin
from crm.models import Contact


def test_contacts_are_added_or_not_yet(alice, in_acme):
    member = Membership.objects.select_related("account").get(user=alice, account=in_acme)
    step = next(step for step in checklist.steps(member) if "contacts" in step.words)
    assert (step.is_done, step.url) == (False, "/a/acme/contacts/")
    Contact.objects.create(first_name="Maren")
    assert next(step for step in checklist.steps(member) if "contacts" in step.words).is_done


def test_one_in_the_bin_does_not_count(alice, in_acme):
    member = Membership.objects.select_related("account").get(user=alice, account=in_acme)
    contact = Contact.objects.create(first_name="Maren")
    move_to_bin(contact, by=member)
    assert not next(step for step in checklist.steps(member) if "contacts" in step.words).is_done
