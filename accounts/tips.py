"""Tips for the first two weeks, to those who ticked them when they signed up."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts import mail
from accounts.models import Account, Consent, Membership

# How many days after joining each is due; see templates/promotions/tips/.
TIPS = {2: "bring_your_contacts", 6: "a_week_of_hours"}
LAST_DAY = 14


def write_due(account: Account, now: datetime) -> None:
    """Write the tip that is due to each member who wants tips; each gets each tip once."""
    newcomers = Membership.objects.select_related("user").filter(
        account_id=account.pk, removed_at=None, joined_at__gt=now - timedelta(days=LAST_DAY)
    )
    for membership in newcomers:
        due = [name for days, name in TIPS.items() if membership.joined_at + timedelta(days=days) <= now]
        if due:
            url = f"/a/{account.slug}/"
            mail.promote(
                membership.user, Consent.Purpose.TIPS, due[-1], first_name=membership.user.first_name, path=url
            )
