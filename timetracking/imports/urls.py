"""Under ``admin/import/hours/``."""

from django.urls import path

from timetracking.imports import views

urlpatterns = [
    path("", views.hours_imports, name="hours_imports"),
    path("<uuid:public_id>/", views.hours_import, name="hours_import"),
    path("<uuid:public_id>/columns/", views.hours_import_columns, name="hours_import_columns"),
    path("<uuid:public_id>/check/", views.hours_import_check, name="hours_import_check"),
    path("<uuid:public_id>/cancel/", views.hours_import_cancel, name="hours_import_cancel"),
    path("<uuid:public_id>/undo/", views.hours_import_undo, name="hours_import_undo"),
    path("<uuid:public_id>/rejected/", views.hours_import_rejected, name="hours_import_rejected"),
]
