"""Writing to us, for everybody."""

from django.urls import path

from privacy.support_access.views import contact

urlpatterns = [
    path("contact/", contact.contact, name="contact"),
    path("contact/<str:token>/", contact.more, name="contact_more"),
]
