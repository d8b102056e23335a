"""What the cast mean to do, and a call that was made: about real people of the demo's clients, by the real actions."""

from __future__ import annotations

from datetime import date, time, timedelta

from accounts.members import actor_for
from accounts.models import Membership
from crm.activities import actions
from crm.activities.repeats import Repeat
from crm.models import Activity, Contact, Deal, DealContact
from tenancy.context import activate

# Kind, what, who it is about (the first name), days from today, time, minutes.
Steps = tuple[tuple[str, str, str, int, time | None, int | None], ...]
STEPS: Steps = (
    ("task", "Send the revised quote", "Ines", -3, None, None),
    ("call", "Call about the exhibit pages", "Maren", 0, time(15), 20),
    ("meeting", "Workshop on roles and rights", "Harriet", 2, time(10), 90),
    ("task", "Report the month’s hours", "Maren", 6, None, None),
)
BOBS: Steps = (
    ("task", "Proofs to the printer", "Priya", 0, None, None),
    ("call", "Ask for the floor plan", "Jens", 1, time(11), 15),
)
REPEATING = "Report the month’s hours"


def plan(member: Membership, today: date, steps: Steps = STEPS, *, is_sample: bool = False) -> int:
    """Plan these steps for a member who has none. Returns how many; call it inside the account."""
    if Activity.objects.filter(owner=member, is_sample=is_sample).exists():
        return 0
    people = {contact.first_name: contact for contact in Contact.objects.filter(is_sample=is_sample).order_by("-id")}
    hopes = {each.contact_id: each.deal for each in DealContact.objects.filter(deal__in=Deal.objects.open())}
    for kind, subject, name, days, at, minutes in steps:
        step = Activity(kind=kind, subject=subject, due_on=today + timedelta(days=days), due_time=at, minutes=minutes)
        step.time_zone, step.owner, step.is_sample = member.user.time_zone, member, is_sample
        step.contact = people.get(name)
        step.deal = hopes.get(step.contact.pk) if step.contact else None
        if subject == REPEATING:
            step.repeats = Repeat("MONTHLY").rule(today + timedelta(days=days))
        actions.add(step)
    return len(steps)


def plan_as(member: Membership, today: date, steps: Steps) -> int:
    """The same, by the member's own hand."""
    with activate(member.account, actor=actor_for(member)):
        return plan(member, today, steps)


OF: dict[str, Steps] = {"alice@acme.example": STEPS, "bob@acme.example": BOBS}
