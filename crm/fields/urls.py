"""The pages of Admin, Fields."""

from django.urls import path

from crm.fields import views

app_name = "fields"

urlpatterns = [
    path("admin/fields/", views.fields, name="fields"),
    path("admin/fields/new/", views.field_create, name="field_create"),
    path("admin/fields/<uuid:public_id>/", views.field, name="field"),
    path("admin/fields/<uuid:public_id>/move/", views.field_move, name="field_move"),
    path("admin/fields/<uuid:public_id>/archive/", views.field_archive, name="field_archive"),
    path("admin/fields/<uuid:public_id>/restore/", views.field_restore, name="field_restore"),
    path("admin/fields/<uuid:public_id>/delete/", views.field_delete, name="field_delete"),
]
