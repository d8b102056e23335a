"""What intruders ask for: doors that other programs leave open. None of them is ours."""

from __future__ import annotations

MARK = "(probe) "
ANOTHER_ACCOUNT = f"{MARK}another account"
OPEN_DOORS = (
    ".aws/",
    ".env",
    ".git/",
    ".ssh/",
    "/actuator",
    "/boaform",
    "/cgi-bin/",
    "/etc/passwd",
    "/hnap1",
    "/owa/",
    "/phpmyadmin",
    "/solr/",
    "/vendor/phpunit",
    "/wp-admin",
    "/wp-content",
    "/wp-includes",
    "/wp-login",
    "/xmlrpc.php",
    "config.php",
)


def found_in(path: str) -> str:
    """Which of them somebody asked for, as a page's name; empty when it is a mere mistake."""
    asked = path.lower()
    return next((MARK + door for door in OPEN_DOORS if door in asked), "")
