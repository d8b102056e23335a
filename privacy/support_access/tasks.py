"""What runs by the clock. Requests and calls may belong to no account, so this is no AccountTask."""

from celery import shared_task

from privacy.support_access import actions, looking


@shared_task(name="support_access.forget_old")
def forget_old() -> None:
    """Drop recordings, calls, requests and staff actions whose time is over."""
    actions.forget_old()


@shared_task(name="support_access.close_silent_looks")
def close_silent_looks() -> None:
    """Note the end of looks whose page was left without a word."""
    looking.close_silent()
