"""Under ``/a/<account>/timer/``. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.timer import presses, views

urlpatterns = [
    path("", views.timer, name="timer"),
    path("bar/", views.timer_bar, name="timer_bar"),
    path("panel/", views.timer_panel, name="timer_panel"),
    path("start/", views.timer_start, name="timer_start"),
    path("stop/", views.timer_stop, name="timer_stop"),
    path("change/", views.timer_change, name="timer_change"),
    path("discard/", views.timer_discard, name="timer_discard"),
    path("keep/", views.timer_keep, name="timer_keep"),
    path("again/", views.timer_again, name="timer_again"),
    path("resume/<uuid:public_id>/", views.timer_resume, name="timer_resume"),
    path("undo/", views.timer_undo, name="timer_undo"),
    path("presses/", presses.timer_presses, name="timer_presses"),
]
