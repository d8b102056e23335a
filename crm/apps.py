from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "Companies and contacts"

    def ready(self) -> None:
        autodiscover_modules("search", "panels")
