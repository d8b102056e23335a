from django.apps import AppConfig


class DeletionConfig(AppConfig):
    name = "privacy.deletion"
    verbose_name = "Deletion"
