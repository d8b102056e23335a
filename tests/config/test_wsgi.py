"""What a web process holds before its first request."""

import subprocess
import sys

from config.env import child_environ
from tests import database

SELDOM = {"celery", "kombu", "PIL", "redis", "reportlab", "django.contrib.admin", "django.test"}


def test_what_is_seldom_needed_is_not_loaded_when_a_process_starts():
    program = "import sys, config.wsgi, config.urls; from django.urls import get_resolver as all; all().url_patterns"
    program += "; print(*sys.modules)"
    environ = child_environ({"DATABASE_URL": database.app_dsn("template1")})
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=database.PROJECT,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert "django.db.models" in asked.stdout, asked.stderr
    assert SELDOM & set(asked.stdout.split()) == set()
