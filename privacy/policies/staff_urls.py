"""The documents in the staff area."""

from django.urls import path

from privacy.policies import desk

app_name = "policies"

urlpatterns = [
    path("", desk.drafts, name="drafts"),
    path("<slug:kind>/", desk.draft, name="draft"),
]
