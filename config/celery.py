"""The task queue."""

from celery import Celery

app = Celery("candor")
app.autodiscover_tasks()
