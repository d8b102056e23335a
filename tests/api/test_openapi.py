"""The description: valid, complete, and true of what is answered."""

import re

import orjson
import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from accounts.api.problems import KINDS
from accounts.keys import SCOPES
from config.api_urls import RESOURCES, description
from timetracking.models import TimeSettings

ALWAYS_OPEN = {  # what a firm must never be kept from
    "exports", "contact-erasures", "member-erasures", "webhook_off", "webhook_delete",
    "calendar_address_delete", "mail_address_delete",
}  # fmt: skip
DESCRIPTION = orjson.loads(description())
OPERATIONS = [
    (path, method, operation)
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


def test_it_is_valid_openapi():
    OpenAPIV31SpecValidator(DESCRIPTION).validate()


def test_everybody_may_read_it(db):
    response = Client().get("/api/v1/schema/")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.json() == DESCRIPTION


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda value: str(value)[:30])
def test_every_operation_says_its_scope_its_answers_and_its_refusals(path, method, operation):
    [[scope]] = [need["key"] for need in operation["security"]]
    assert scope in SCOPES
    assert f"`{scope}`" in operation["description"]
    assert {"400", "401", "403", "406", "429", "500"} <= operation["responses"].keys()
    if method != "get":
        assert "409" in operation["responses"]
        assert ("402" in operation["responses"]) is (not {operation["tags"][0], operation["operationId"]} & ALWAYS_OPEN)
    if "requestBody" in operation:
        assert {"413", "415", "422"} <= operation["responses"].keys()


def test_every_refusal_is_described():
    assert {str(kind.status) for kind in KINDS.values()} == DESCRIPTION["components"]["responses"].keys()


def schema_of(name):
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_the_examples_keep_to_the_schemas(resource):
    for path, item in DESCRIPTION["paths"].items():
        if path.startswith(f"/{resource.name}/"):
            for method in item.keys() - {"parameters"}:
                for content in contents(item[method]):
                    schema_of(content["schema"]["$ref"].split("/")[-1]).validate(content["example"])


def contents(operation):
    found = [answer.get("content", {}) for status, answer in operation["responses"].items() if status < "300"]
    found.append(operation.get("requestBody", {}).get("content", {}))
    return [content["application/json"] for content in found if "application/json" in content]


def test_an_example_can_be_sent_as_it_stands(alices, bob, acme, inside):
    with inside(acme):
        TimeSettings.objects.create(approval="manager")
    made = {"stage": alices.get("stages/").data["results"][0]["id"]}
    made["category"] = alices.get("expense-categories/").data["results"][0]["id"]
    made["type"] = alices.get("time-off-types/").data["results"][0]["id"]
    made["person"] = alices.get("members/").data["results"][0]["id"]
    made["delegate"] = str(acme.memberships.get(user=bob).public_id)
    for resource in RESOURCES:
        if "create" in resource.may and "create" not in resource.files:
            [content] = contents_sent(resource)
            body = {name: made.get(name, value) for name, value in content["example"].items()}
            if "records" in body:
                body["records"] = [alices.post("contacts/", {"first_name": "Ada"}).data["id"] for _ in range(2)]
            if "contacts" in body:
                body["contacts"] = [made["contact"]]
            for place in body.get("companies", ()):
                place["company"] = made["company"]
            body |= {name: None for name in ("owner", "person", "task", "deal") if name in body and name not in made}
            body = {name: value for name, value in body.items() if value is not None}
            if resource.name == "invoice-payments":
                alices.post(f"invoices/{made['invoice']}/send/")
            response = alices.post(f"{resource.name}/", body)
            assert response.status_code == 201, (resource.name, response.data)
            made[resource.one] = response.data["id"]


def contents_sent(resource):
    return DESCRIPTION["paths"][f"/{resource.name}/"]["post"]["requestBody"]["content"].values()


def test_it_speaks_of_no_innards():
    text = description().decode()
    assert not re.search(r"django|psycopg|postgres|membership|account_id|public_id|name_key|candor_app", text, re.I)
