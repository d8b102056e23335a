"""Behind the door: what a member asked us, and the calls that we had with them."""

from django.urls import path

from privacy.support_access.views import access, own

app_name = "help"

urlpatterns = [
    path("admin/support/", own.help_and_calls, name="help"),
    path("admin/support/new/", own.ticket_new, name="ticket_new"),
    path("admin/support/<uuid:public_id>/", own.ticket, name="ticket"),
    path("admin/support/files/<uuid:public_id>/", own.ticket_file, name="ticket_file"),
    path("admin/support/access/", access.looks, name="looks"),
    path("admin/support/access/file/", access.looks_file, name="looks_file"),
    path("admin/support/access/rule/", access.policy, name="policy"),
    path("admin/support/access/<uuid:public_id>/", access.grant, name="grant"),
    path("admin/support/access/<uuid:public_id>/allow/", access.grant_allow, name="grant_allow"),
    path("admin/support/access/<uuid:public_id>/refuse/", access.grant_refuse, name="grant_refuse"),
    path("admin/support/access/<uuid:public_id>/revoke/", access.grant_revoke, name="grant_revoke"),
    path("admin/support/suggestions/<uuid:public_id>/", access.suggestion, name="suggestion"),
    path("help/<str:kind>/<uuid:public_id>/", access.record, name="record"),
]
