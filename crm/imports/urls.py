"""The import's pages, in the Admin area."""

from django.urls import path

from crm.imports import views

app_name = "imports"

urlpatterns = [
    path("admin/import/", views.imports, name="imports"),
    path("admin/import/template.csv", views.template, {"kind": "csv"}, name="template_csv"),
    path("admin/import/template.xlsx", views.template, {"kind": "xlsx"}, name="template_xlsx"),
    path("admin/import/<uuid:public_id>/", views.contact_import, name="import"),
    path("admin/import/<uuid:public_id>/columns/", views.columns, name="columns"),
    path("admin/import/<uuid:public_id>/check/", views.check, name="check"),
    path("admin/import/<uuid:public_id>/cancel/", views.cancel, name="cancel"),
    path("admin/import/<uuid:public_id>/undo/", views.undo, name="undo"),
    path("admin/import/<uuid:public_id>/rejected/", views.rejected, name="rejected"),
]
