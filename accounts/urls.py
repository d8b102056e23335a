"""Behind the door: the home page and the Admin area."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.home, name="home"),
    path("first-steps/hide/", views.first_steps_hide, name="first_steps_hide"),
    path("admin/", views.admin, name="admin"),
    path("admin/profile/", views.profile, name="profile"),
    path("admin/profile/edit/", views.profile_edit, name="profile_edit"),
    path("admin/profile/remove/", views.profile_remove, name="profile_remove"),
    path("admin/profile/confirm/", views.profile_confirm, name="profile_confirm"),
    path("admin/account/", views.account, name="account"),
    path("admin/account/edit/", views.account_edit, name="account_edit"),
]
