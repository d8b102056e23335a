"""Under ``/a/<account>/time/``. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.calendar import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/new/", views.calendar_new, name="calendar_new"),
    path("entries/<uuid:public_id>/move/", views.entry_move, name="entry_move"),
    path("entries/<uuid:public_id>/copy/", views.entry_copy, name="entry_copy"),
]
