"""Behind the door: what a member asked us, and the calls that we had with them."""

from django.urls import path

from privacy.support_access.views import own

app_name = "help"

urlpatterns = [
    path("admin/support/", own.help_and_calls, name="help"),
    path("admin/support/<uuid:public_id>/", own.ticket, name="ticket"),
]
