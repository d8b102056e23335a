"""Erasing one person: a contact or a member of the active account, or somebody who signs in, from all accounts.

``preview(person)`` says what becomes of every row that is about them; ``erase(person, …)`` does exactly that. What
happens to a value stands in the data map; texts about others that name the person are found by looking into every
table, and whoever erases reads them first.
"""

from __future__ import annotations

from privacy.deletion.persons.erasing import Refused, certify, erase, finish, go_on, preview
from privacy.deletion.persons.preview import Preview

__all__ = ["Preview", "Refused", "certify", "erase", "finish", "go_on", "preview"]
