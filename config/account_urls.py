"""What lies behind the door, under ``/a/<account>/``. Each app brings its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("crm.imports.urls")),
    path("", include("crm.fields.urls")),
    path("", include("crm.urls")),
    path("", include("timetracking.urls")),
    path("", include("invoicing.urls")),
    path("", include("billing.urls")),
    path("", include("demo.urls")),
    path("", include("privacy.policies.account_urls")),
    path("", include("privacy.support_access.account_urls")),
    path("", include("privacy.rights.account_urls")),
    path("", include("privacy.exports.urls")),
    path("", include("privacy.deletion.account_urls")),
]
