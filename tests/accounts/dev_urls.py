"""All addresses, with those that only a development server has."""

from django.urls import include, path

from config.urls import urlpatterns as house

urlpatterns = [*house, path("", include("config.debug_urls"))]
