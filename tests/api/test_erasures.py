"""What would be erased, for programs: the same as on the pages, and nothing is changed by asking."""

from accounts.models import Membership
from crm.models import Company, Contact
from privacy.deletion import persons, preview
from tests.promises import promise


@promise(111, 127)
def test_programs_read_what_would_become_of_whom(alices, mallorys, acme, bob, inside):
    with inside(acme):
        Company.objects.create(name="Tidewater", note="Ask Maren Holm")
        contact = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example")
        member = Membership.objects.get(account=acme, user=bob)
        expected = persons.preview(contact).counts()
        rows = preview.of_account(acme).rows
    told = alices.get(f"contact-erasures/{contact.public_id}/").data
    assert {
        " ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in told["lines"]
    } == expected
    assert [(each["what"], each["is_sure"]) for each in told["mentions"]] == [("Company, note", True)]
    assert "Deactivate them first" in alices.get(f"member-erasures/{member.public_id}/").data["hindrances"][0]
    assert alices.get("account-erasure/").data["rows"].keys() == rows.keys()
    assert mallorys.get(f"contact-erasures/{contact.public_id}/").status_code == 404
    with inside(acme):
        assert Contact.objects.filter(pk=contact.pk).exists()
