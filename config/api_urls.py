"""The API, under ``/api/``. Each app brings its own resources."""

from django.urls import include, path

from accounts.api.resource import Resource
from crm.api import Contacts

RESOURCES: list[Resource] = [Contacts()]

urlpatterns = [path("v1/", include(([url for resource in RESOURCES for url in resource.urls()], "api")))]
