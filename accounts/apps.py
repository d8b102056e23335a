from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import bounces, security  # noqa: F401 - they listen to reports, and to sign-ins

        autodiscover_modules("menu", "checklist", "home", "closing", "handover", "opening", "stored_files", "topics")
