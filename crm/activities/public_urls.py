"""Before the door: the calendar, for whatever program knows its address."""

from django.urls import path

from crm.activities import feed_views

urlpatterns = [path("calendar/<str:secret>.ics", feed_views.feed, name="calendar_feed")]
