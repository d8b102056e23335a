"""Reporting a child's data, and a parent's way back, for everybody."""

from django.urls import path

from privacy.children import views

urlpatterns = [
    path("contact/child/", views.child, name="contact_child"),
    path("contact/child/consent/<str:token>/", views.consent, name="child_consent"),
]
