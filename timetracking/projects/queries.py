"""What the list of projects offers to narrow it by."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accounts.models import Membership
from crm.models import Company
from timetracking.models import Project

OFFERED = 300


def clients(member: Membership, chosen: str) -> list[tuple[str, str]]:
    """The companies with projects that this member may see, as (public id, name); the chosen one is among them."""
    projects = Project.objects.visible_to(member).filter(company=OuterRef("pk"))
    found = Company.objects.visible_to(member).filter(Exists(projects)).order_by("name_key", "id")
    offered = [(str(public_id), name) for public_id, name in found.values_list("public_id", "name")[:OFFERED]]
    offered.append(("internal", "Internal work"))
    is_there = not chosen or any(public_id == chosen for public_id, _ in offered)
    return offered if is_there else [*offered, (chosen, "This client")]
