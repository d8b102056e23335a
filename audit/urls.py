"""Addresses under ``/.well-known/access-log/``."""

from django.urls import path

from audit import public_views

app_name = "access_log"
urlpatterns = [
    path("checkpoint", public_views.checkpoint, name="checkpoint"),
    path("keys", public_views.keys, name="keys"),
    path("candor_verify.py", public_views.verifier, name="verifier"),
]
