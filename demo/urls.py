"""Sample data, behind the door."""

from django.urls import path

from demo import views

app_name = "demo"

urlpatterns = [
    path("admin/sample/", views.sample, name="sample"),
    path("admin/sample/remove/", views.sample_remove, name="sample_remove"),
]
