from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "privacy.registers"
    verbose_name = "Registers"

    def ready(self) -> None:
        from privacy.registers import egress  # noqa: F401  (registers the check)
