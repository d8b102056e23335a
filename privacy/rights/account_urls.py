"""Behind the door: a member's own data, and what the firm must answer."""

from django.urls import path

from privacy.rights.views import firm, own

app_name = "rights"

urlpatterns = [
    path("admin/my-data/", own.my_data, name="my_data"),
    path("admin/my-data/copy/", own.my_copy, name="my_copy"),
    path("admin/my-data/consents/", own.my_consents, name="my_consents"),
    path("admin/my-data/consents/<uuid:public_id>/", own.consent_receipt, name="consent_receipt"),
    path("admin/my-data/requests/", own.my_requests, name="my_requests"),
    path("admin/my-data/requests/<uuid:public_id>/stop/", own.my_request_stop, name="my_request_stop"),
    path("admin/my-data/use-again/", own.use_again, name="use_again"),
    path("admin/privacy/", firm.requests, name="requests"),
    path("admin/privacy/new/", firm.request_create, name="request_create"),
    path("admin/privacy/contacts/<uuid:public_id>/", firm.contact_held, name="contact_held"),
    path("admin/privacy/<uuid:public_id>/", firm.request, name="request"),
    path("admin/privacy/<uuid:public_id>/contact/", firm.name_contact, name="request_name_contact"),
    path("admin/privacy/<uuid:public_id>/correct/", firm.correct, name="request_correct"),
    path("admin/privacy/<uuid:public_id>/decide/", firm.decide, name="request_decide"),
    path("admin/privacy/<uuid:public_id>/<str:step>/", firm.step, name="request_step"),
]
