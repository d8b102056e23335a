"""What people type about a kind."""

from __future__ import annotations

from tenancy.forms import VersionedModelForm
from timetracking.kinds import actions


class KindForm(VersionedModelForm):
    """A kind of expense or of time off."""

    def save(self, commit: bool = True) -> actions.Kind:
        kind: actions.Kind = self.instance
        if kind._state.adding:
            actions.add(kind)
        else:
            actions.change(kind, self.changes(), expected=self.stored_version)
        return kind
