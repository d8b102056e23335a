"""Behind the door: the home page and the Admin area."""

from django.urls import path

from accounts.views import (
    admin,
    audit,
    email_change,
    factor_policy,
    home,
    ip_allow_list,
    keys,
    log_jobs,
    mail_choices,
    people,
    people_invite,
    people_owner,
    security,
)

app_name = "accounts"

urlpatterns = [
    path("", home.home, name="home"),
    path("first-steps/hide/", home.first_steps_hide, name="first_steps_hide"),
    path("admin/", admin.admin, name="admin"),
    path("admin/profile/", admin.profile, name="profile"),
    path("admin/profile/edit/", admin.profile_edit, name="profile_edit"),
    path("admin/profile/remove/", admin.profile_remove, name="profile_remove"),
    path("admin/profile/confirm/", admin.profile_confirm, name="profile_confirm"),
    path("admin/profile/email/", email_change.email_change, name="email_change"),
    path("admin/notifications/", mail_choices.notifications, name="notifications"),
    path("admin/api/", keys.keys, name="keys"),
    path("admin/api/<uuid:public_id>/revoke/", keys.key_revoke, name="key_revoke"),
    path("admin/security/", security.security, name="security"),
    path("admin/security/policy/", factor_policy.factor_policy, name="factor_policy"),
    path("admin/security/addresses/", ip_allow_list.edit, name="allow_list"),
    path("admin/security/end/", security.session_end, name="session_end"),
    path("admin/security/end-others/", security.sessions_end_others, name="sessions_end_others"),
    path("admin/account/", admin.account, name="account"),
    path("admin/account/edit/", admin.account_edit, name="account_edit"),
    path("logo/<uuid:public_id>/", admin.logo, name="logo"),
    path("admin/people/", people.people, name="people"),
    path("admin/people/invite/", people_invite.people_invite, name="people_invite"),
    path("admin/people/leave/", people.people_leave, name="people_leave"),
    path("admin/people/ownership/", people_owner.ownership, name="ownership"),
    path("admin/people/ownership/decline/", people_owner.ownership_decline, name="ownership_decline"),
    path("admin/people/ownership/revoke/", people_owner.ownership_revoke, name="ownership_revoke"),
    path("admin/people/invitations/<uuid:public_id>/again/", people_invite.invitation_again, name="invitation_again"),
    path(
        "admin/people/invitations/<uuid:public_id>/revoke/", people_invite.invitation_revoke, name="invitation_revoke"
    ),
    path("admin/people/<uuid:public_id>/", people.person, name="person"),
    path("admin/people/<uuid:public_id>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("admin/people/<uuid:public_id>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("admin/people/<uuid:public_id>/ownership/", people_owner.ownership_offer, name="ownership_offer"),
    path("admin/audit/", audit.log, name="audit_log"),
    path("admin/audit/events/<uuid:public_id>/", audit.event, name="audit_event"),
    path("admin/audit/checks/", log_jobs.checks, name="audit_checks"),
    path("admin/audit/checks/<uuid:public_id>/", log_jobs.check, name="audit_check"),
    path("admin/audit/exports/", log_jobs.exports, name="audit_exports"),
    path("admin/audit/exports/<uuid:public_id>/", log_jobs.export, name="audit_export"),
    path("admin/audit/exports/<uuid:public_id>/file/", log_jobs.export_file, name="audit_export_file"),
]
