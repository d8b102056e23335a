"""Writing to us, for everybody."""

from django.urls import path

from privacy.support_access.views import contact

urlpatterns = [
    path("contact/", contact.contact, name="contact"),
    path("contact/child/", contact.child, name="contact_child"),
    path("contact/<str:token>/", contact.more, name="contact_more"),
]
