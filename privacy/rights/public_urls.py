"""Asking for something about one's own data, for everybody."""

from django.urls import path

from privacy.rights.views import public

urlpatterns = [
    path("privacy/request/", public.ask, name="rights_form"),
    path("privacy/request/agent/", public.ask_as_agent, name="rights_agent"),
    path("privacy/request/figures/", public.metrics, name="rights_figures"),
    path("privacy/do-not-sell/", public.do_not_sell, name="do_not_sell"),
    path("privacy/request/<str:token>/", public.status, name="rights_request"),
    path("privacy/request/<str:token>/who/", public.who, name="rights_who"),
    path("privacy/request/<str:token>/copy/", public.copy, name="rights_copy"),
]
