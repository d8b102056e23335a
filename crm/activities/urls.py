"""Activities, behind the door; part of ``crm``."""

from django.urls import path

from crm.activities import feed_views, views

urlpatterns = [
    path("activities/", views.activities, name="activities"),
    path("activities/overdue/", views.activities, {"tab": "overdue"}, name="activities_overdue"),
    path("activities/upcoming/", views.activities, {"tab": "upcoming"}, name="activities_upcoming"),
    path("activities/done/", views.activities, {"tab": "done"}, name="activities_done"),
    path("activities/calendar/", views.calendar, name="activities_calendar"),
    path("activities/new/", views.activity_create, name="activity_create"),
    path("activities/records/", views.record_names, name="activity_records"),
    path("activities/<uuid:public_id>/", views.activity, name="activity"),
    path("activities/<uuid:public_id>/edit/", views.activity_edit, name="activity_edit"),
    path("activities/<uuid:public_id>/complete/", views.activity_complete, name="activity_complete"),
    path("activities/<uuid:public_id>/reopen/", views.activity_reopen, name="activity_reopen"),
    path("activities/<uuid:public_id>/delete/", views.activity_delete, name="activity_delete"),
    path("activities/<uuid:public_id>/restore/", views.activity_restore, name="activity_restore"),
    path("admin/calendar/", feed_views.calendar_address, name="feed_address"),
    path("admin/calendar/revoke/", feed_views.feed_revoke, name="feed_revoke"),
]
