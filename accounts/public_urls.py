"""Before the door: signing up, signing in, choosing an account. Names with ``account_`` are those allauth asks for."""

from allauth.account import views as allauth
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts import public_views
from accounts.limits import says_wait
from accounts.views import (
    cookies,
    documents,
    email_change,
    factors,
    files,
    invitation,
    ip_allow_list,
    mail_choices,
    proofs,
)

urlpatterns = [
    path("trial/", public_views.trial, name="trial"),
    path("signup/", public_views.signup, name="account_signup"),
    path("welcome/<uuid:user_id>/again/", public_views.welcome_again, name="welcome_again"),
    path("welcome/<uuid:user_id>/<str:token>/", public_views.welcome, name="welcome"),
    path(
        ".well-known/change-password",
        RedirectView.as_view(pattern_name="account_change_password"),
        name="well_known_change_password",
    ),
    path(".well-known/gpc.json", cookies.gpc, name="gpc"),
    path("cookies/", cookies.cookies, name="cookies"),
    path("cookies/forget/", cookies.forget_browser, name="forget_browser"),
    path("terms/", documents.newest, {"kind": "terms"}, name="terms"),
    path("terms/versions/<str:day>/pdf/", documents.paper, {"kind": "terms"}, name="terms_paper"),
    path("terms/versions/<str:day>/", documents.version, {"kind": "terms"}, name="terms_version"),
    path("terms/versions/<str:day>/changes/", documents.changes, {"kind": "terms"}, name="terms_changes"),
    path("privacy/", documents.newest, {"kind": "privacy"}, name="privacy"),
    path("privacy/versions/<str:day>/pdf/", documents.paper, {"kind": "privacy"}, name="privacy_paper"),
    path("privacy/versions/<str:day>/", documents.version, {"kind": "privacy"}, name="privacy_version"),
    path("privacy/versions/<str:day>/changes/", documents.changes, {"kind": "privacy"}, name="privacy_changes"),
    path("processing/", documents.newest, {"kind": "processing"}, name="processing"),
    path("processing/versions/<str:day>/pdf/", documents.paper, {"kind": "processing"}, name="processing_paper"),
    path("processing/versions/<str:day>/", documents.version, {"kind": "processing"}, name="processing_version"),
    path(
        "processing/versions/<str:day>/changes/", documents.changes, {"kind": "processing"}, name="processing_changes"
    ),
    path("unsubscribe/<str:token>/", mail_choices.unsubscribe, name="unsubscribe"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("files/<str:token>/", files.stored_file, name="stored_file"),
    path("way-back/in/<str:token>/", ip_allow_list.way_back_in, name="way_back_in"),
    path("way-back/<slug:slug>/", ip_allow_list.way_back, name="way_back"),
    path("enter/", public_views.enter, name="enter"),
    path("login/", says_wait(allauth.login), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("login/second-step/", proofs.second_step, name="mfa_authenticate"),
    path("login/passkey/", proofs.passkey_sign_in, name="passkey_sign_in"),
    path("reauthenticate/", proofs.reauthenticate, name="account_reauthenticate"),
    path("second-factor/", factors.factors, name="second_factor"),
    path("second-factor/app/", factors.app_add, name="app_add"),
    path("second-factor/app/remove/", factors.app_remove, name="app_remove"),
    path("second-factor/passkeys/new/", factors.passkey_add, name="passkey_add"),
    path("second-factor/passkeys/<slug:mark>/", factors.passkey_rename, name="passkey_rename"),
    path("second-factor/passkeys/<slug:mark>/remove/", factors.passkey_remove, name="passkey_remove"),
    path("second-factor/codes/", factors.recovery_codes, name="recovery_codes"),
    path("password/change/", says_wait(allauth.password_change), name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", says_wait(allauth.password_reset), name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9a-f]{32})-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("confirm-email/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<key>/", allauth.confirm_email, name="account_confirm_email"),
    path("email/confirm/<str:token>/", email_change.email_confirm, name="email_confirm"),
    path("email/undo/<str:token>/", email_change.email_undo, name="email_undo"),
    # The address is changed in the Admin area; allauth wants the name to lead somewhere.
    path("email/", RedirectView.as_view(pattern_name="enter"), name="account_email"),
]
