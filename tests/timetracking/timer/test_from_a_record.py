"""The timer is started from a contact's, a company's and a deal's page, on a project of theirs."""

import re

from accounts.models import Membership
from crm.models import Company, Contact, Deal, Pipeline, Stage
from timetracking.models import Project, RunningTimer

WORDS = "Start timer"


def test_a_record_starts_the_timer_on_its_project(client, acme, bob, alice, carol, inside):
    with inside(acme):
        firm = Company.objects.create(name="Tidewater")
        other = Company.objects.create(name="Fjord")
        person = Contact.objects.create(first_name="Maren", company=firm)
        stage = Stage.objects.filter(pipeline=Pipeline.objects.first()).first()
        deal = Deal.objects.create(name="Portal", stage=stage, company=firm, currency="EUR")
        project = Project.objects.create(name="Portal build", company=firm, deal=deal)
    client.force_login(bob)
    pages = [f"/a/acme/{noun}/{one.public_id}/" for noun, one in
             (("contacts", person), ("companies", firm), ("deals", deal))]  # fmt: skip
    for page in pages:
        words = client.get(page).content.decode()
        assert WORDS in words and f'name="work" value="{project.public_id}"' in words, page
    assert WORDS not in client.get(f"/a/acme/companies/{other.public_id}/").content.decode()
    with inside(acme):
        second = Project.objects.create(name="Care", company=firm)
    words = client.get(pages[1]).content.decode()
    assert all(f'name="work" value="{each.public_id}"' in words for each in (project, second))
    assert client.post("/a/acme/timer/start/", {"work": str(project.public_id)}).status_code == 302
    with inside(acme):
        assert RunningTimer.objects.get(person=Membership.objects.get(user=bob, account=acme)).project == project
        Contact.objects.filter(pk=person.pk).update(restricted_at="2026-11-20T10:00Z")
    assert WORDS not in client.get(pages[0]).content.decode()
    shown = client.get(f"/a/acme/projects/{project.public_id}/").content.decode()
    assert re.search(rf"from the deal <a[^>]*{deal.public_id}[^>]*>Portal<", shown)
    client.force_login(carol)  # may not log time
    assert WORDS not in client.get(pages[1]).content.decode()
    assert "Mail log" not in client.get(pages[1]).content.decode()
    client.force_login(alice)
    assert client.get(pages[1]).content.decode().count("Mail log") == 2  # in her own menu, above and on a phone
