"""What runs outside a request."""

from celery import shared_task

from accounts.tasks import JobTask
from demo import sample
from demo.models import SampleJob


@shared_task(base=JobTask, name=SampleJob.task, job=SampleJob)
def make_sample(public_id: str, *, account_id: int) -> None:
    """The next step of filling an account with sample data."""
    sample.go_on(public_id)
