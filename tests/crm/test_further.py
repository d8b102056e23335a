"""Several addresses and companies of one record: typed as rows, told in the history, the same for programs."""

import pytest

from audit.models import Event, Payload
from crm.models import Company, Contact, ContactAddress, ContactPosition
from crm.search import matching
from tests.api.conftest import key_for, program_of  # noqa: F401
from tests.promises import promise


@pytest.fixture
def url(client, bob, maren):
    client.force_login(bob)
    return f"/a/acme/contacts/{maren.public_id}/"


@pytest.fixture
def send(client, url, maren, member_of, bob):
    """``send(1, "positions", [{…}], company="…")`` saves the form as it stands at a version, with these rows."""
    fields = {"first_name": "Maren", "last_name": "Holt", "company": "Tidewater Museum", "title": "Director",
              "email": maren.email, "phone": maren.phone, "owner": str(member_of(bob).public_id)}  # fmt: skip

    def post(version, name, rows, **more):
        sent = {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0}
        sent |= {f"{name}-{number}-{part}": text for number, row in enumerate(rows) for part, text in row.items()}
        return client.post(f"{url}edit/", {**fields, "version": version, **sent, **more})

    return post


def told(inside, acme):
    with inside(acme):
        return Payload.objects.get(event_id=Event.objects.filter(kind="contact.changed").latest("pk").pk).data[
            "changes"
        ]


HOME = {"label": "Home", "street": "Kajgade 4\n2nd floor", "postal_code": "1411", "city": "Copenhagen", "region": "",
        "country": "Denmark"}  # fmt: skip


@promise(79)
def test_a_contact_has_several_addresses(client, acme, inside, url, send, maren):
    assert send(1, "addresses", [HOME, {"label": "empty"}]).status_code == 302
    assert told(inside, acme) == {"addresses": ["", "Home: Kajgade 4 2nd floor, 1411 Copenhagen, Denmark"]}
    page = client.get(url).content.decode()
    assert "<dt>Home</dt>" in page
    assert "Kajgade 4<br>2nd floor<br>1411 Copenhagen" in page
    assert ">1411<" not in client.get(f"{url}edit/").content.decode()
    assert 'value="1411"' in client.get(f"{url}edit/").content.decode()
    send(2, "addresses", [{**HOME, "city": "Aarhus"}])
    with inside(acme):
        assert [each.city for each in ContactAddress.objects.all()] == ["Aarhus"]
    assert send(3, "addresses", [{**HOME, "city": "x" * 201}]).status_code == 422
    send(3, "emails", [])
    with inside(acme):
        assert ContactAddress.objects.count() == 1  # a form without the rows leaves them


def test_a_contact_works_for_several_companies(client, acme, inside, url, send, maren):
    with inside(acme):
        fjord = Company.objects.create(name="Fjord Trust")
    rows = [{"company": "fjord trust", "job": "Board member"}, {"company": "Harbour Club", "job": ""}]
    assert send(1, "positions", rows).status_code == 302
    assert told(inside, acme) == {"positions": ["", "Board member at Fjord Trust, Harbour Club"]}
    with inside(acme):
        assert [str(each.company) for each in ContactPosition.objects.order_by("id")] == ["Fjord Trust", "Harbour Club"]
        assert list(Contact.objects.filter(matching(Contact, "harbour"))) == [maren]
        assert Company.objects.filter(name="Fjord Trust").count() == 1
    page = client.get(url).content.decode()
    assert "Board member" in page
    assert "Harbour Club" in page
    there = client.get(f"/a/acme/companies/{fjord.public_id}/").content.decode()
    assert "Maren Holt" in there
    assert "Board member" in there
    assert "Director" not in there
    assert 'value="Board member"' in client.get(f"{url}edit/").content.decode()
    assert send(2, "positions", [rows[0]]).status_code == 302
    with inside(acme):
        assert not Contact.objects.filter(matching(Contact, "harbour")).exists()
        assert Company.objects.filter(name="Harbour Club").exists()


def test_what_was_typed_stays_in_sight_when_something_else_is_wrong(client, send, url):
    assert '<details class="more" open' not in client.get(f"{url}edit/").content.decode()
    further = {"positions-TOTAL_FORMS": 1, "positions-INITIAL_FORMS": 0, "positions-0-company": "Fjord"}
    refused = send(1, "addresses", [HOME], email="maren@@", **further).content.decode()
    assert refused.count('<details class="more" open') == 2


def test_a_company_is_named_once(client, acme, inside, send, maren):
    for rows in ([{"company": "Tidewater Museum"}], [{"company": "Fjord"}, {"company": "FJORD"}]):
        refused = send(1, "positions", rows)
        assert refused.status_code == 422
        assert "is there twice" in refused.content.decode()
    with inside(acme):
        assert not ContactPosition.objects.exists()
        assert not Company.objects.filter(name="Fjord").exists()


def test_a_renamed_company_is_found_at_all_its_people(client, acme, inside, send, url, maren, bob, member_of):
    send(1, "positions", [{"company": "Fjord"}])
    with inside(acme):
        fjord = Company.objects.get(name="Fjord")
    client.post(f"/a/acme/companies/{fjord.public_id}/edit/", {"version": 1, "name": "Skerry", "owner": ""})
    with inside(acme):
        assert list(Contact.objects.filter(matching(Contact, "skerry"))) == [maren]


def test_a_colleagues_company_stays_when_it_is_not_touched(acme, alice, inside, send, maren, only_own, member_of, url):
    with inside(acme):
        theirs = Company.objects.create(name="Hidden Works", owner=member_of(alice))
        ContactPosition.objects.create(contact=maren, company=theirs, title="Adviser")
    rows = [{"company": "Hidden Works", "job": "Adviser"}]
    assert send(1, "positions", rows, title="Chief").status_code == 302
    with inside(acme):
        assert ContactPosition.objects.get().company == theirs
        assert Company.objects.filter(name="Hidden Works").count() == 1


def test_companies_have_several_addresses_too(client, acme, inside, bob, tidewater):
    client.force_login(bob)
    url = f"/a/acme/companies/{tidewater.public_id}/"
    rows = {f"addresses-0-{part}": text for part, text in HOME.items()}
    sent = {"version": 1, "name": tidewater.name, "addresses-TOTAL_FORMS": 1, "addresses-INITIAL_FORMS": 0, **rows}
    assert client.post(f"{url}edit/", sent).status_code == 302
    assert "<dt>Home</dt>" in client.get(url).content.decode()


def test_programs_read_and_write_all_lists(acme, globex, bob, inside, program_of, maren, tidewater):  # noqa: F811
    program = program_of(acme, bob)
    path = f"contacts/{maren.public_id}/"
    with inside(acme):
        fjord = Company.objects.create(name="Fjord")
    with inside(globex):
        theirs = Company.objects.create(name="Secret Works")
    sent = {
        "emails": [{"label": "home", "email": "maren@home.example"}],
        "phones": [{"label": "", "phone": "+45 33 55 01 40"}],
        "addresses": [{**HOME, "street": "Kajgade 4"}],
        "companies": [{"company": str(fjord.public_id), "title": "Board member"}],
    }
    nothing = {name: [] for name in sent}
    assert {name: program.get(path).data[name] for name in sent} == nothing
    changed = program.patch(path, sent).data
    assert {name: changed[name] for name in sent} == sent
    assert program.patch(path, {"title": "Chief"}).data["emails"] == sent["emails"]
    assert program.patch(path, {**sent, "phones": []}).data["phones"] == []
    made = program.post("contacts/", {"first_name": "Ida", **sent}).data
    assert {name: made[name] for name in sent} == sent
    assert {name: program.post("contacts/", {"first_name": "Eva"}).data[name] for name in sent} == nothing
    for body, name, words in (
        (
            {"emails": [{"email": "nowhere"}]},
            "emails",
            "Further e-mail 1: Write an e-mail address, as in",
        ),
        ({"emails": "x"}, "emails", "Write a list of objects"),
        ({"phones": [{"fax": "1"}]}, "phones", "no part named “fax”"),
        ({"companies": [{"company": str(theirs.public_id)}]}, "companies", "There is no such company."),
        ({"companies": [{"company": str(tidewater.public_id)}]}, "companies", "is there twice"),
        ({"addresses": [{"city": "x"}] * 21}, "addresses", "at most 20"),
    ):
        refused = program.patch(path, body)
        assert refused.status_code == 422, body
        assert words in refused.data["errors"][name][0]
    company = program.patch(f"companies/{tidewater.public_id}/", {"addresses": sent["addresses"]}).data
    assert company["addresses"] == sent["addresses"]
