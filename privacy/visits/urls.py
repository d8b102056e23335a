"""The public page."""

from django.urls import path

from privacy.visits import views

urlpatterns = [path("privacy/signals/", views.signals, name="signals")]
