"""What people ask us and what we did about it (``requests``); what staff may look at, and did (``looks``)."""

from privacy.support_access.models.looks import (
    Grant,
    GrantStep,
    Look,
    Mask,
    Review,
    Suggestion,
    SupportSettings,
    UnknownRecord,
)
from privacy.support_access.models.requests import (
    URGENT,
    Call,
    Queue,
    StaffAction,
    Ticket,
    TicketFile,
    TicketMessage,
    Topic,
    new_number,
)

__all__ = [
    "URGENT",
    "Call",
    "Grant",
    "GrantStep",
    "Look",
    "Mask",
    "Queue",
    "Review",
    "StaffAction",
    "Suggestion",
    "SupportSettings",
    "Ticket",
    "TicketFile",
    "TicketMessage",
    "Topic",
    "UnknownRecord",
    "new_number",
]
