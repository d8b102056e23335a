"""Certificates, for whoever has the address: it stands in the last letter to the owners, and can't be guessed."""

from django.urls import path

from privacy.deletion import person_views, public_views

PLACE = "certificates/<uuid:public_id>/<slug:secret>/"

urlpatterns = [
    path("erase-me/", person_views.erase_me, name="erase_me"),
    path("certificates/of/<uuid:public_id>/", person_views.person_certificate, name="person_certificate"),
    path(
        "certificates/of/<uuid:public_id>/certificate.json",
        person_views.person_certificate_file,
        name="person_certificate_file",
    ),
    path(PLACE, public_views.certificate_page, name="certificate"),
    path(f"{PLACE}certificate.json", public_views.certificate_file, name="certificate_file"),
]
