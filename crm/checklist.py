"""What a new firm does here in its first hour."""

from accounts.checklist import Step, register
from accounts.models import Membership
from crm.models import Contact, Deal, StageMove

register(
    Step(
        "Add or import contacts",
        "crm:contacts",
        "contact.edit",
        20,
        lambda member: Contact.objects.live().own().exists(),
    )
)


def _has_moved_a_deal(member: Membership) -> bool:
    """Into another stage, or off the board."""
    moves = StageMove.objects.filter(from_stage__isnull=False, deal__is_sample=False)
    return moves.exists() or Deal.objects.own().exclude(status=Deal.Status.OPEN).exists()


register(Step("Move a deal", "crm:deals", "deal.edit", 50, _has_moved_a_deal))
