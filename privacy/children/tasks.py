"""What runs by the clock."""

from celery import shared_task

from privacy.children import actions, erasing
from privacy.children.models import ChildReport


@shared_task(name="children.erase")
def erase(*, public_id: str) -> None:
    """A child's data goes now. Not an AccountTask: it may be in several accounts, each its own transaction."""
    if found := ChildReport.objects.filter(public_id=public_id).first():
        erasing.finish(found)


@shared_task(name="children.keep_up")
def keep_up() -> None:
    """Ring for what nobody looked at in time, and go on with an erasing that died or had to wait."""
    actions.ring_late()
    for found in actions.being_erased():
        erasing.finish(found)
