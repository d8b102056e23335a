"""Pages that only a development server has."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
