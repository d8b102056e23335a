"""The API, under ``/api/``. Each app brings its own resources."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

import accounts.webhooks.api
import crm.api
import crm.contact_privacy.api
import crm.deals.api
import crm.fields.definitions_api
import crm.imports.api
import crm.listing.api
import crm.mails.api
import crm.merging.lists_api
import crm.own_addresses_api
import crm.timeline.api
import invoicing.api
import privacy.deletion.api
import privacy.exports.api
import timetracking.api
import timetracking.approval.api
import timetracking.approval.settings_api
import timetracking.expenses.api
import timetracking.imports.api
import timetracking.off.api
import timetracking.projects.api
import timetracking.projects.team_api
import timetracking.rates.api
import timetracking.reminders.api
import timetracking.reports.api
import timetracking.rows_api
import timetracking.timer.api
from accounts.api import docs, firm, openapi
from accounts.api.operations import Endpoint, OpenOperation
from accounts.api.resource import Resource, answer

RESOURCES: tuple[Resource, ...] = (
    *crm.api.RESOURCES,
    *crm.deals.api.RESOURCES,
    *crm.contact_privacy.api.RESOURCES,
    *crm.fields.definitions_api.RESOURCES,
    *crm.imports.api.RESOURCES,
    *crm.listing.api.RESOURCES,
    *crm.mails.api.RESOURCES,
    *crm.merging.lists_api.RESOURCES,
    *crm.own_addresses_api.RESOURCES,
    *crm.timeline.api.RESOURCES,
    *timetracking.projects.api.RESOURCES,
    *timetracking.projects.team_api.RESOURCES,
    *timetracking.api.RESOURCES,
    *timetracking.timer.api.RESOURCES,
    *timetracking.rows_api.RESOURCES,
    *timetracking.approval.api.RESOURCES,
    *timetracking.approval.settings_api.RESOURCES,
    *timetracking.reminders.api.RESOURCES,
    *timetracking.expenses.api.RESOURCES,
    *timetracking.imports.api.RESOURCES,
    *timetracking.off.api.RESOURCES,
    *timetracking.rates.api.RESOURCES,
    *timetracking.reports.api.RESOURCES,
    *invoicing.api.RESOURCES,
    *privacy.exports.api.RESOURCES,
    *privacy.deletion.api.RESOURCES,
    *accounts.webhooks.api.RESOURCES,
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
