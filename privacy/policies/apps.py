from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The promises, each with its mechanism and its proof."""

    name = "privacy.policies"
