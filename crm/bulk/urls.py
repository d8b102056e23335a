"""Changing many records at once."""

from django.urls import path

from crm.bulk import views

urlpatterns = [
    path("lists/bulk/", views.bulk, name="bulk"),
    path("lists/bulk/<uuid:public_id>/", views.bulk_edit, name="bulk_edit"),
    path("lists/bulk/<uuid:public_id>/undo/", views.bulk_undo, name="bulk_undo"),
]
