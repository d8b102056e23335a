"""Reports. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.reports import planned, views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/hours.csv", views.report_file, name="report_file"),
    path("reports/entries/", views.report_entries, name="report_entries"),
    path("reports/entries.csv", views.report_entries_file, name="report_entries_file"),
    path("reports/keep/", views.report_keep, name="report_keep"),
    path("reports/kept/<uuid:public_id>/forget/", views.report_forget, name="report_forget"),
    path("reports/utilisation/", planned.utilisation, name="report_utilisation"),
    path("reports/budgets/", planned.budgets, name="report_budgets"),
    path("reports/missing/", planned.missing, name="report_missing"),
    path("time/uses/", views.my_uses, name="my_uses"),
]
