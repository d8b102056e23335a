"""Mallory has a key of her own. Nothing of Acme reaches her by it, and nothing of hers reaches Acme."""

import pytest
from django.db import transaction

from accounts.api.resource import VERBS
from accounts.models import Membership
from config.api_urls import RESOURCES
from crm.models import Contact
from tests.api.conftest import EVERYTHING
from tests.promises import promise
from timetracking.models import TimeSettings

NOWHERE = "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"
MARK = "Xenoacme"  # stands in every text of Acme's
OF_RECORDS = [resource for resource in RESOURCES if "browse" in resource.may]  # a member's timer has no address by id
OWN = (  # others find none, unshared
    "time-entries", "sheet-rows", "time-off", "expenses", "timesheets", "mails", "saved-views",
    "saved-reports", "delegations",
)  # fmt: skip
CREATING = [resource for resource in RESOURCES if "create" in resource.may]


@pytest.fixture
def acmes(alices, alice, bob, acme, inside, files_folder):
    """One record of each kind in Acme, made by its own API, with the mark in every text."""
    made = {}
    company = alices.post("companies/", {"name": MARK, "note": MARK, "tags": [MARK], "domain": f"{MARK}.example"})
    made["companies"] = company.data["id"]
    person = {"first_name": MARK, "email": f"{MARK}@x.example", "company": made["companies"], "tags": [MARK]}
    made["contacts"] = alices.post("contacts/", person, idempotency_key="order-1").data["id"]
    made["projects"] = alices.post("projects/", {"name": MARK, "company": made["companies"]}).data["id"]
    made["tasks"] = alices.post("tasks/", {"name": MARK, "project": made["projects"]}).data["id"]
    entry = {"project": made["projects"], "task": made["tasks"], "day": "2026-11-20", "minutes": 5, "note": MARK}
    made["rates"] = alices.post("rates/", {"project": made["projects"], "amount": None}).data["id"]
    made["time-entries"] = alices.post("time-entries/", entry).data["id"]
    made["sheet-rows"] = alices.post("sheet-rows/", {"project": made["projects"]}).data["id"]
    made["expense-categories"] = alices.get("expense-categories/").data["results"][0]["id"]
    paid = {"category": made["expense-categories"], "day": "2026-11-20", "note": MARK}
    paid["amount"] = {"amount": "5.00", "currency": "EUR"}
    made["expenses"] = alices.post("expenses/", paid).data["id"]
    bill = {"company": made["companies"], "currency": "EUR", "reference": MARK, "hours": "none"}
    made["invoices"] = alices.post("invoices/", bill).data["id"]
    line = {"invoice": made["invoices"], "text": MARK, "quantity": "1", "unit_price": "5.00", "tax_rate": "0"}
    made["invoice-lines"] = alices.post("invoice-lines/", line).data["id"]
    alices.post(f"invoices/{made['invoices']}/send/")
    paid = {"invoice": made["invoices"], "received_on": "2026-11-20", "amount": "1.00", "note": MARK}
    made["invoice-payments"] = alices.post("invoice-payments/", paid).data["id"]
    with inside(acme):
        TimeSettings.objects.create(approval="manager")
    made["timesheets"] = alices.post("timesheets/", {"day": "2026-11-20"}).data["id"]
    closed = alices.post("projects/", {"name": MARK}).data["id"]
    for each in alices.get("members/").data["results"]:
        made["project-members"] = alices.post("project-members/", {"project": closed, "person": each["id"]}).data["id"]
    made["project-templates"] = alices.post("project-templates/", {"name": MARK, "tasks": [MARK]}).data["id"]
    hope = {"name": MARK, "note": MARK, "company": made["companies"], "contacts": [made["contacts"]], "tags": [MARK]}
    kind = alices.get("time-off-types/").data["results"][0]["id"]
    made["time-off-types"] = kind
    made["time-off"] = alices.post("time-off/", {"type": kind, "first_day": "2026-11-20", "note": MARK}).data["id"]
    made["working-times"] = alices.post("working-times/", {"starts_on": "2026-11-01"}).data["id"]
    made["special-days"] = alices.post("special-days/", {"day": "2026-12-31", "name": MARK}).data["id"]
    days = {"first_day": "2026-12-21", "last_day": "2026-12-31"}
    for each in alices.get("members/").data["results"]:
        named = alices.post("delegations/", {"delegate": each["id"], **days})
        made["delegations"] = named.data.get("id") or made.get("delegations")
    made["deals"] = alices.post("deals/", hope).data["id"]
    made["activities"] = alices.post("activities/", {"kind": "call", "subject": MARK, "note": MARK}).data["id"]
    made["notes"] = alices.post("notes/", {"text": MARK, "deal": made["deals"]}).data["id"]
    mail = {"subject": MARK, "body": MARK, "contact": made["contacts"]}
    made["mails"] = alices.post("mails/", mail).data["id"]
    made["saved-views"] = alices.post("saved-views/", {"list": "contacts", "name": MARK}).data["id"]
    made["saved-reports"] = alices.post("saved-reports/", {"name": MARK, "asked": {"by": "task"}}).data["id"]
    said = {"contact": made["contacts"], "permission": "given", "how": "mail", "words": MARK}
    made["consents"] = alices.post("consents/", said).data["id"]
    twins = [alices.post("contacts/", {"first_name": MARK}).data["id"] for _ in range(3)]
    made["no-duplicates"] = alices.post("no-duplicates/", {"kind": "contact", "records": twins[::2]}).data["id"]
    alices.post(f"contacts/{twins[0]}/merge/", {"others": twins[1:2]})
    field = {"of": "contact", "label": MARK, "kind": "text"}
    made["custom-fields"] = alices.post("custom-fields/", field).data["id"]
    made["lost-reasons"] = alices.post("lost-reasons/", {"name": MARK}).data["id"]
    made["imports"] = an_import(alices)
    hears = {"name": MARK, "url": f"https://{MARK}.example/", "purpose": MARK, "country": "DK", "topics": ["contacts"]}
    made["webhooks"] = alices.post("webhooks/", hears).data["id"]
    for verb in ("on", "test"):
        alices.post(f"webhooks/{made['webhooks']}/{verb}/")
    made["webhook-deliveries"] = alices.get("webhook-deliveries/").data["results"][0]["id"]
    made["exports"] = alices.post("exports/", {"scope": "account"}).data["id"]
    made["hours-imports"] = an_import(alices, "hours-imports", f"Date,Project,Hours\n2026-11-20,{MARK},1\n")
    made["duplicates"] = made["merges"] = alices.get("merges/").data["results"][0]["id"]
    for name in ("tags", "members", "audit-events", "pipelines", "stages"):
        made[name] = alices.get(f"{name}/").data["results"][0]["id"]
    alice.first_name = MARK
    alice.save()
    return made


def an_import(program, name="imports", content=f"First name,E-mail\n{MARK},{MARK}@x.example\n"):
    headers, kind = {"authorization": f"Bearer {program.key}"}, "application/octet-stream"
    path = f"/api/v1/{name}/?name={MARK}.csv"
    sent = program.client.generic("POST", path, content.encode(), kind, headers=headers)
    return sent.json()["id"]


@pytest.fixture
def own(mallorys):
    """The same of Mallory's, without the mark."""
    project = mallorys.post("projects/", {"name": "Death ray"}).data["id"]
    mallorys.post("contacts/", {"first_name": "Henchman", "tags": ["villain"]})
    return {"projects": project}


def nothing_of_acme(response, acmes):
    said = response.content.decode() + str(dict(response.headers))
    assert MARK.lower() not in said.lower()
    assert response.status_code < 500
    return said


def every_list(acmes):
    """Each list in each of its orders, searched, and narrowed by whatever there is in Acme."""
    for resource in RESOURCES:
        yield from (f"{resource.name}/?ordering={order}" for order in resource.orders)
        yield from [f"{resource.name}/?search={MARK}"] if resource.is_searched else []
        for each in resource.filters:
            kind = each.schema.get("format")
            values = [MARK] if kind is None else acmes.values() if kind == "uuid" else []
            yield from (f"{resource.name}/?{each.name}={value}" for value in values)


def test_lists_searches_orders_and_filters_show_nothing(acmes, own, mallorys, settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    for path in every_list(acmes):
        said = nothing_of_acme(mallorys.get(path), acmes)
        assert not any(f'"{public_id}"' in said for public_id in acmes.values()), path


@promise(68, 72)
def test_another_firms_record_is_not_there(acmes, mallorys, settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    for resource in OF_RECORDS:
        one, nowhere = (f"{resource.name}/{number}/" for number in (acmes[resource.name], NOWHERE))
        for method in ("get", "patch", "delete"):
            theirs, none = mallorys.ask(method, one, {"name": "x"}), mallorys.ask(method, nowhere, {"name": "x"})
            assert theirs.status_code == none.status_code in (404, 405), (method, one)
            assert {**theirs.data, "instance": ""} == {**none.data, "instance": ""}, (method, one)


def test_a_cursor_of_acme_opens_nothing(alices, acmes, own, mallorys):
    for name in range(3):
        alices.post("contacts/", {"first_name": f"{MARK} {name}"})
        mallorys.post("contacts/", {"first_name": f"Henchman {name}"})
    cursor = alices.get("contacts/?page_size=1").data["next"].split("cursor=")[1]
    refused = mallorys.get(f"contacts/?page_size=1&cursor={cursor}")
    assert (refused.status_code, list(refused.data["errors"])) == (400, ["cursor"])
    assert alices.get(f"companies/?cursor={cursor}").status_code == 400  # nor another list of one's own


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("contacts/", {"first_name": "x", "company": "companies"}),
        ("contacts/", {"first_name": "x", "owner": "members"}),
        ("companies/", {"name": "x", "owner": "members"}),
        ("deals/", {"name": "x", "company": "companies"}),
        ("deals/", {"name": "x", "stage": "stages"}),
        ("deals/", {"name": "x", "owner": "members"}),
        ("notes/", {"text": "x", "deal": "deals"}),
        ("mails/", {"subject": "x", "company": "companies"}),
        ("consents/", {"contact": "contacts", "permission": "given", "how": "mail"}),
        ("projects/", {"name": "x", "company": "companies"}),
        ("tasks/", {"name": "x", "project": "projects"}),
        ("rates/", {"project": "projects", "amount": None}),
        ("project-members/", {"project": "projects", "person": "members"}),
        ("project-members/", {"project": "own", "person": "members"}),
        ("sheet-rows/", {"project": "projects"}),
        ("sheet-rows/", {"project": "own", "task": "tasks"}),
        ("sheet-rows/", {"project": "own", "person": "members"}),
        ("working-times/", {"starts_on": "2026-11-01", "person": "members"}),
        ("delegations/", {"delegate": "members", "first_day": "2026-12-21", "last_day": "2026-12-31"}),
        ("weeks/copy/", {"from": "2026-11-09", "to": "2026-11-16", "person": "members"}),
        ("time-entries/", {"project": "projects", "day": "2026-11-20", "minutes": 5}),
        ("time-entries/", {"project": "own", "task": "tasks", "day": "2026-11-20", "minutes": 5}),
        ("time-entries/", {"project": "own", "person": "members", "day": "2026-11-20", "minutes": 5}),
    ],
)
def test_a_reference_into_acme_is_refused_as_one_to_nowhere(path, body, acmes, own, mallorys):
    known = {**acmes, "own": own["projects"]}
    theirs = mallorys.post(path, {name: known.get(value, value) for name, value in body.items()})
    known = dict.fromkeys(acmes, "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f") | {"own": own["projects"]}
    none = mallorys.post(path, {name: known.get(value, value) for name, value in body.items()})
    assert theirs.status_code == 422
    assert theirs.data == none.data


def test_acmes_idempotency_key_means_nothing_to_mallory(acmes, mallorys, acme, inside):
    made = mallorys.post("contacts/", {"first_name": "Henchman"}, idempotency_key="order-1")
    assert made.status_code == 201
    nothing_of_acme(made, acmes)
    with inside(acme):
        assert not Contact.objects.filter(first_name="Henchman").exists()


# --- role × scope × address -----------------------------------------------------------------------

OPERATIONS = [(resource, verb) for resource in RESOURCES for verb in resource.may]
METHODS = {verb: method.lower() for verb, method in VERBS.items()}


def test_every_verb_states_a_scope_and_an_action_that_the_tables_know():
    from accounts.keys import SCOPES
    from accounts.permissions import ROLES

    for resource, verb in OPERATIONS:
        operation = resource.operation(verb)
        assert operation.scope in SCOPES, (resource.name, verb)
        assert operation.action in ROLES, (resource.name, verb)
        reads = METHODS[verb] == "get" and f"{resource.scope}:read" in SCOPES
        assert operation.scope.endswith(":read") is reads


def test_every_address_under_the_api_is_a_resources_or_known_to_be_open():
    from accounts.api.operations import Endpoint, Operation
    from config.api_urls import resource_urls, schema_url, urlpatterns

    behind = [url for each in urlpatterns if hasattr(each, "url_patterns") for url in each.url_patterns]
    assert behind == [schema_url, *resource_urls]
    assert [str(each.pattern) for each in urlpatterns] == ["v1/", "docs/"]
    for url in resource_urls:
        assert isinstance(url.callback, Endpoint)
        assert all(isinstance(each, Operation) for each in url.callback.operations.values())


def ask(program, method, path):
    with transaction.atomic():
        response = program.ask(method, path, {})
        transaction.set_rollback(True)
    return response.status_code


@promise(72)
@pytest.mark.parametrize("role", Membership.Role.values)
def test_a_key_gives_what_its_scopes_and_its_role_both_allow(role, acmes, acme, bob, program_of):
    from accounts.permissions import ROLES

    Membership.objects.filter(account=acme, user=bob).update(role=role)
    programs = {scope: program_of(acme, bob, scope) for scope in EVERYTHING}
    for resource, verb in OPERATIONS:
        operation = resource.operation(verb)
        path = resource.path(verb).lstrip("/").replace("{id}", acmes.get(resource.name, NOWHERE))
        for scope, program in programs.items():
            status = ask(program, METHODS[verb], path)
            if scope != operation.scope or role not in ROLES[operation.action]:
                assert status == 403, (resource.name, verb, scope)
            else:
                worked = {200, 201, 204, 422} | ({404} if resource.name in OWN or NOWHERE in path else set())
                worked |= (
                    {415, 409} if resource.name in ("imports", "hours-imports", "exports") else set()
                )  # no file; not checked yet; not written yet
                worked |= {403} if resource.name == "notes" and verb == "delete" else set()  # not their own
                assert status in worked, (resource.name, verb, scope)
