"""What runs outside a request. Letters and forms may belong to no account, so these are not AccountTasks."""

from __future__ import annotations

from celery import shared_task

from accounts import actions, mail


@shared_task(name="accounts.send_mail")
def send_mail(mail_id: int) -> None:
    """Send one letter; harmless when it is gone already."""
    mail.send(mail_id)


@shared_task(name="accounts.send_waiting_mail")
def send_waiting_mail() -> None:
    """Send the letters whose own message got lost, or whose next try is due."""
    mail.sweep()


@shared_task(name="accounts.forget_arrived_forms")
def forget_arrived_forms() -> None:
    """Drop the marks of public forms that are too old to be sent again."""
    actions.forget_arrived_forms()
