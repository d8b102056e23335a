"""What runs by the clock."""

from celery import shared_task

from privacy.registers import announcing


@shared_task(name="registers.tell_firms")
def tell_firms() -> None:
    """Write the letters of what was announced. Harmless when run twice."""
    announcing.tell()
