"""Pages that only a development server has."""

from django.urls import path

from config import pages

urlpatterns = [
    path("kit/", pages.kit, name="kit"),
]
