"""Days off and working time. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.off import admin_views, views

urlpatterns = [
    path("time/off/", views.time_off, name="time_off"),
    path("time/off/new/", views.time_off_enter, name="time_off_enter"),
    path("time/off/team/", views.time_off_team, name="time_off_team"),
    path("time/off/<uuid:public_id>/", views.time_off_edit, name="time_off_edit"),
    path("time/off/<uuid:public_id>/delete/", views.time_off_delete, name="time_off_delete"),
    path("time/off/<uuid:public_id>/answer/", views.time_off_answer, name="time_off_answer"),
    path("admin/time/working-time/", admin_views.working_time, name="working_time"),
    path("admin/time/working-time/<uuid:public_id>/remove/", admin_views.working_time_remove,
         name="working_time_remove"),
    path("admin/time/days/", admin_views.firm_days, name="firm_days"),
    path("admin/time/days/<uuid:public_id>/remove/", admin_views.firm_day_remove, name="firm_day_remove"),
    path("admin/time/off/", admin_views.time_off_types, name="time_off_types"),
    path("admin/time/off/<uuid:public_id>/", admin_views.time_off_type, name="time_off_type"),
    path("admin/time/off/<uuid:public_id>/archive/", admin_views.time_off_type_archive,
         name="time_off_type_archive"),
]  # fmt: skip
