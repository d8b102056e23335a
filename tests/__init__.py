"""Tests have a data folder of their own; this is said before Django reads its settings."""

import os
from pathlib import Path

import django

PROJECT = Path(__file__).resolve().parent.parent

os.environ.setdefault("CANDOR_DATA", str(PROJECT / ".test-data"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop beside us
django.setup()
