"""The projects and hours of Acme."""

from tests.timetracking.conftest import *  # noqa: F403
