"""Behind the door: closing the account, erasing people of it, and their certificates."""

from django.urls import path

from privacy.deletion import person_views, views

app_name = "deletion"

urlpatterns = [
    path("admin/account/close/", views.close, name="close"),
    path("admin/account/keep/", views.keep, name="keep"),
    path("admin/erased/", person_views.certificates, name="certificates"),
    path("admin/people/<uuid:public_id>/erase/", person_views.member_erase, name="member_erase"),
    path("contacts/<uuid:public_id>/erase/", person_views.contact_erase, name="contact_erase"),
]
