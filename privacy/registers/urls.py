"""The public pages of the registers."""

from django.urls import path

from privacy.registers import views

urlpatterns = [
    path("processors/", views.processors, name="processors"),
    path("transparency/", views.transparency, name="transparency"),
    path("statistics/", views.published, name="statistics"),
    path("statistics/<uuid:public_id>/", views.published_file, name="statistics_file"),
    path("privacy/transfers/", views.transfers, name="transfers"),
    path("privacy/recipients/", views.recipients, name="recipients"),
    path("appeal/<str:token>/", views.appeal, name="appeal"),
    path("privacy/retention/", views.retention, name="retention_schedule"),
    path("privacy/authorities/", views.authorities, name="authorities"),
    path("privacy/legal-grounds/", views.legal_grounds, name="legal_grounds"),
]
