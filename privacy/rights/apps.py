from django.apps import AppConfig


class RightsConfig(AppConfig):
    """Requests about somebody's own data, from the first word to the answer, each with its clock."""

    name = "privacy.rights"
    label = "rights"
    verbose_name = "Privacy rights"

    def ready(self) -> None:
        from accounts import inbound
        from privacy.rights import correcting, letters  # noqa: F401 (it listens for confirmed addresses)

        inbound.register(letters.take_in)
