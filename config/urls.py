"""All addresses. What lies behind the door is in ``account_urls.py``."""

from django.conf import settings
from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("website.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/access-log/", include("audit.urls")),
    path("", include("accounts.public_urls")),
    path("", include("crm.activities.public_urls")),
    path("", include("billing.public_urls")),
    path("", include("privacy.policies.urls")),
    path("", include("privacy.registers.urls")),
    path("", include("privacy.visits.urls")),
    path("", include("privacy.rights.public_urls")),
    path("", include("privacy.children.public_urls")),
    path("", include("privacy.support_access.public_urls")),
    path("", include("privacy.deletion.public_urls")),
    path("support/documents/", include("privacy.policies.staff_urls")),
    path("support/registers/", include("privacy.registers.staff_urls")),
    path("support/visits/", include("privacy.visits.staff_urls")),
    path("support/children/", include("privacy.children.staff_urls")),
    path("support/rights/", include("privacy.rights.urls")),
    path("support/", include("privacy.support_access.urls")),
    path("api/", include("config.api_urls")),
    path("a/<slug:account_slug>/", include("config.account_urls")),
]

if settings.ANYMAIL["WEBHOOK_SECRET"]:
    urlpatterns += [path("hooks/mail/", include("anymail.urls"))]

if settings.DEBUG:
    urlpatterns += [path("", include("config.debug_urls"))]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler429 = "config.errors.too_many_requests"  # asked for by allauth
handler500 = "config.errors.server_error"
