"""The desk of those of us who decide about children's data."""

from django.urls import path

from privacy.children import views

app_name = "children"

urlpatterns = [
    path("", views.reports, name="reports"),
    path("<uuid:public_id>/", views.report, name="report"),
    path("<uuid:public_id>/freeze/", views.freeze, name="freeze"),
    path("<uuid:public_id>/find/", views.find, name="find"),
    path("<uuid:public_id>/parent/", views.note_consent, name="note_consent"),
    path("<uuid:public_id>/confirm/", views.confirm, name="confirm"),
]
