"""What firms agreed to with us: about the firm, and who of it said so."""

from __future__ import annotations

from datamap import Basis, Keep, Party, Reason, describe

from .models import Agreement

describe(
    Agreement,
    purpose="Proving which data processing agreement a firm accepted",
    party=Party.CONTROLLER,
    basis=Basis.LEGAL_OBLIGATION,
    fields={"effective_on": "consent", "digest": "consent", "accepted_at": "consent"},
    rows_for="member",
    erase=Keep(Reason.LEGAL_OBLIGATION, "We must be able to prove what was agreed."),
)
