from django.apps import AppConfig

from lib import cards, form_words

form_words.use()
cards.guard_forms()


class LibConfig(AppConfig):
    """Template tags and model-free helpers."""

    name = "lib"
