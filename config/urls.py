"""All addresses. What lies behind the door is in ``account_urls.py``."""

from django.conf import settings
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("accounts.public_urls")),
    path("a/<slug:account_slug>/", include("config.account_urls")),
]

if settings.DEBUG:
    urlpatterns += [path("", include("config.debug_urls"))]
