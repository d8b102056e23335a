"""The API, under ``/api/``. Each app brings its own resources."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

import crm.api
import timetracking.api
from accounts.api import docs, firm, openapi
from accounts.api.operations import Endpoint, OpenOperation
from accounts.api.resource import Resource, answer

RESOURCES: tuple[Resource, ...] = (
    *crm.api.RESOURCES,
    *timetracking.api.RESOURCES,
    *firm.RESOURCES,
)


@cache
def description() -> bytes:
    return answer(openapi.describe(RESOURCES)).content


def schema(request: HttpRequest) -> HttpResponse:
    """The description, for everybody."""
    return HttpResponse(description(), content_type="application/json")


resource_urls = [url for resource in RESOURCES for url in resource.urls()]
schema_url = path("schema/", Endpoint({"GET": OpenOperation(schema)}), name="schema")

urlpatterns = [
    path("v1/", include(([schema_url, *resource_urls], "api"))),
    path("docs/", docs.page(RESOURCES), name="api_docs"),
]
