"""Pages that only a development server has."""

from django.urls import path

from accounts import dev_mail
from config import pages

urlpatterns = [
    path("kit/", pages.kit, name="kit"),
    path("dev/mail/", dev_mail.mails, name="dev_mails"),
    path("dev/mail/<slug:name>/", dev_mail.mail, name="dev_mail"),
    path("dev/mail/<slug:name>/html/", dev_mail.mail_html, name="dev_mail_html"),
]
