from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "privacy.visits"
    verbose_name = "Visits"
