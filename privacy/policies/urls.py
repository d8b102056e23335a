"""The public pages about what we promise."""

from django.urls import path

from privacy.policies import views

urlpatterns = [path("privacy/promises/", views.promises, name="promises")]
