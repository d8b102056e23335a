"""The panel of filters: the later ones stand behind a word until they are set, and an empty one leaves no trace."""

from accounts.models import Membership
from crm.models import CustomField, ListChoice, SavedView


def test_an_address_says_what_is_asked_and_no_more(client, acme, bob, inside):
    with inside(acme):
        for number in range(6):
            CustomField.objects.create(noun="contact", key=f"f{number}", label=f"Field {number}", kind="text")
    client.force_login(bob)
    url = "/a/acme/contacts/"
    panel, _, further = client.get(f"{url}?panel=filters&own.f5=x").content.decode().partition("More filters")
    assert 'name="own.f5"' in panel and 'name="own.f4"' in further and 'name="own.f4"' not in panel
    assert client.get(f"{url}?owner=me&tag=&own.f1=&q=").url == f"{url}?owner=me"
    assert client.get(f"{url}?tag=&q=").url == url
    assert client.get(f"{url}?").status_code == 200
    assert client.get(f"{url}?q=", headers={"HX-Request": "true"}).status_code == 200
    assert client.get("/a/acme/deals/?owner=me&close=").url == "/a/acme/deals/?owner=me"
    with inside(acme):
        member = Membership.objects.get(account=acme, user=bob)
        view = SavedView.objects.create(name="Mine", kind="contacts", owner=member, asked={"owner": "me"})
        ListChoice.objects.create(member=member, kind="contacts", opens_with=view)
    assert client.get(f"{url}?tag=").url == f"{url}?view=all"  # nothing is asked of all, not of the view
