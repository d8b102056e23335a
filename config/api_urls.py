"""The API, under ``/api/``. Each app brings its own resources."""

from django.urls import include, path

import crm.api
import timetracking.api
from accounts.api import firm
from accounts.api.resource import Resource

RESOURCES: tuple[Resource, ...] = (
    *crm.api.RESOURCES,
    *timetracking.api.RESOURCES,
    *firm.RESOURCES,
)

urlpatterns = [path("v1/", include(([url for resource in RESOURCES for url in resource.urls()], "api")))]
