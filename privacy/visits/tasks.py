"""What runs by the clock."""

from celery import shared_task

from privacy.visits import counting, watching


@shared_task(name="visits.keep_up")
def keep_up() -> None:
    """Count what came yesterday, and drop what is old. Harmless when run twice."""
    counting.keep_up()


@shared_task(name="visits.look_for_intruders")
def look_for_intruders() -> None:
    """Raise alerts. Harmless when run twice."""
    watching.look()
