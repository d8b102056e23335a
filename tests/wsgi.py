"""The web server's way in, as tests start it: the product's own, with templates that are read once."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.templates import read_once

read_once()

from config.wsgi import application  # noqa: E402, F401
