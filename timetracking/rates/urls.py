"""Rates of the firm and of a project. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.rates import views

urlpatterns = [
    path("admin/time/rates/", views.rates, name="rates"),
    path("admin/time/rates/bill/", views.bill_rate_change, name="bill_rate_change"),
    path("admin/time/rates/cost/", views.cost_rate_change, name="cost_rate_change"),
    path("projects/<uuid:public_id>/rates/", views.project_rates, name="project_rates"),
    path("projects/<uuid:public_id>/rates/change/", views.project_rate_change, name="project_rate_change"),
]
