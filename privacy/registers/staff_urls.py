"""The registers in the staff area."""

from django.urls import path

from privacy.registers import desk

app_name = "registers"

urlpatterns = [
    path("", desk.registers, name="registers"),
    path("disclosures/new/", desk.disclosure_create, name="disclosure_create"),
    path("disclosures/<uuid:public_id>/", desk.disclosure, name="disclosure"),
    path("disclosures/<uuid:public_id>/<slug:step>/", desk.disclosure_step, name="disclosure_step"),
    path("incidents/new/", desk.incident, name="incident_create"),
    path("incidents/<uuid:public_id>/", desk.incident, name="incident"),
    path("incidents/<uuid:public_id>/tell/", desk.incident_tell, name="incident_tell"),
    path("disclosures/<uuid:public_id>/logs/new/", desk.extract_create, name="extract_create"),
    path("logs/<uuid:public_id>/draw/", desk.extract_draw, name="extract_draw"),
    path("misuse/new/", desk.misuse_create, name="misuse_create"),
    path("misuse/<uuid:public_id>/", desk.misuse_case, name="misuse"),
    path("statistics/new/", desk.release_create, name="release_create"),
    path("statistics/<uuid:public_id>/", desk.release, name="release"),
    path("transfers/new/", desk.transfer_create, name="transfer_create"),
]
