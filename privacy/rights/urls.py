"""The staff's side."""

from django.urls import path

from privacy.rights.views import desk

app_name = "rights_desk"

urlpatterns = [
    path("", desk.requests, name="requests"),
    path("new/", desk.request_create, name="request_create"),
    path("<uuid:public_id>/", desk.request, name="request"),
    path("<uuid:public_id>/pass-on/", desk.pass_on, name="pass_on"),
    path("<uuid:public_id>/decide/", desk.decide, name="decide"),
    path("<uuid:public_id>/address/", desk.write_to_new_address, name="write_to_new_address"),
    path("<uuid:public_id>/reach/", desk.reach, name="reach"),
    path("<uuid:public_id>/permission/", desk.permission, name="permission"),
    path("<uuid:public_id>/<str:step>/", desk.step, name="step"),
]
