"""Behind the door: the home page and the Admin area."""

from django.urls import path

from accounts.views import admin, audit, home, keys, log_jobs, mail_choices

app_name = "accounts"

urlpatterns = [
    path("", home.home, name="home"),
    path("first-steps/hide/", home.first_steps_hide, name="first_steps_hide"),
    path("admin/", admin.admin, name="admin"),
    path("admin/profile/", admin.profile, name="profile"),
    path("admin/profile/edit/", admin.profile_edit, name="profile_edit"),
    path("admin/profile/remove/", admin.profile_remove, name="profile_remove"),
    path("admin/profile/confirm/", admin.profile_confirm, name="profile_confirm"),
    path("admin/notifications/", mail_choices.notifications, name="notifications"),
    path("admin/api/", keys.keys, name="keys"),
    path("admin/api/<uuid:public_id>/revoke/", keys.key_revoke, name="key_revoke"),
    path("admin/account/", admin.account, name="account"),
    path("admin/account/edit/", admin.account_edit, name="account_edit"),
    path("admin/audit/", audit.log, name="audit_log"),
    path("admin/audit/events/<uuid:public_id>/", audit.event, name="audit_event"),
    path("admin/audit/checks/", log_jobs.checks, name="audit_checks"),
    path("admin/audit/checks/<uuid:public_id>/", log_jobs.check, name="audit_check"),
    path("admin/audit/exports/", log_jobs.exports, name="audit_exports"),
    path("admin/audit/exports/<uuid:public_id>/", log_jobs.export, name="audit_export"),
    path("admin/audit/exports/<uuid:public_id>/file/", log_jobs.export_file, name="audit_export_file"),
    path("admin/audit/verifier/", log_jobs.verifier, name="audit_verifier"),
]
