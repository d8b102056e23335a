"""Behind the door: what a firm agreed to with us."""

from django.urls import path

from privacy.policies import own

app_name = "agreements"

urlpatterns = [
    path("admin/agreements/", own.agreements, name="agreements"),
    path("admin/agreements/accept/", own.agreement_accept, name="agreement_accept"),
]
