"""Admin, Export: archives of the account; and Admin, Import an archive: one that comes back."""

from django.urls import path

from privacy.exports import arrival_views as arrivals
from privacy.exports import views

app_name = "exports"

urlpatterns = [
    path("admin/export/", views.exports, name="exports"),
    path("admin/export/<uuid:public_id>/", views.export, name="export"),
    path("admin/export/<uuid:public_id>/review/", views.export_review, name="export_review"),
    path("admin/export/<uuid:public_id>/download/", views.export_download, name="export_download"),
    path("admin/export/<uuid:public_id>/file/", views.export_file, name="export_file"),
    path("admin/export/<uuid:public_id>/delete/", views.export_delete, name="export_delete"),
    path("admin/import/archive/", arrivals.archive_imports, name="archive_imports"),
    path("admin/import/archive/<uuid:public_id>/", arrivals.archive_import, name="archive_import"),
    path("admin/import/archive/<uuid:public_id>/bring/", arrivals.archive_import_bring, name="archive_import_bring"),
    path("admin/import/archive/<uuid:public_id>/drop/", arrivals.archive_import_drop, name="archive_import_drop"),
]
