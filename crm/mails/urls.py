"""Logged mails, behind the door; part of ``crm``."""

from django.urls import path

from crm.mails import views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/new/", views.mail_create, name="mail_create"),
    path("mails/address/", views.address_make, name="mail_address_make"),
    path("mails/address/revoke/", views.address_revoke, name="mail_address_revoke"),
    path("mails/<uuid:public_id>/", views.mail, name="mail"),
    path("mails/<uuid:public_id>/file/", views.mail_file, name="mail_file"),
    path("mails/<uuid:public_id>/share/", views.mail_share, name="mail_share"),
    path("mails/<uuid:public_id>/delete/", views.mail_delete, name="mail_delete"),
    path("mails/<uuid:public_id>/restore/", views.mail_restore, name="mail_restore"),
    path("mails/attachments/<uuid:public_id>/", views.mail_attachment, name="mail_attachment"),
]
