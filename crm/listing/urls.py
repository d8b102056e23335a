"""What can be done with a list: its columns and views."""

from django.urls import path

from crm.listing import views

urlpatterns = [
    path("lists/columns/", views.columns, name="list_columns"),
    path("lists/opens-with/", views.opens_with, name="list_opens_with"),
    path("lists/views/new/", views.view_create, name="view_create"),
    path("lists/views/<uuid:public_id>/", views.view_edit, name="view_edit"),
    path("lists/views/<uuid:public_id>/keep/", views.view_keep, name="view_keep"),
    path("lists/views/<uuid:public_id>/delete/", views.view_delete, name="view_delete"),
    path("lists/export/", views.export_create, name="export_create"),
    path("lists/exports/<uuid:public_id>/", views.export_page, name="export"),
    path("lists/exports/<uuid:public_id>/file/", views.export_file, name="export_file"),
]
