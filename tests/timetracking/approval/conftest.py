"""The projects and hours of Acme, for whoever approves them."""

from tests.timetracking.conftest import *  # noqa: F403
