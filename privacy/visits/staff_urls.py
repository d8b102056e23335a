"""The page in the staff area."""

from django.urls import path

from privacy.visits import views

app_name = "visits_desk"

urlpatterns = [path("", views.visits, name="visits"), path("tie/", views.tie, name="tie")]
