"""Included by timetracking.urls, so the name is that of its app."""

from django.urls import path

from timetracking.reminders import views

urlpatterns = [
    path("admin/reminders/", views.reminders, name="reminders"),
    path("time/approvals/remind/", views.remind, name="remind"),
]
