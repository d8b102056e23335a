"""What an archive brings back, in the order in which it can: what is pointed at comes before what points."""

from __future__ import annotations

from functools import cache

from privacy.exports.entities import Entity, entities

# Jobs, journals, bells, letters, keys and our own requests are of the account that they happened in. People come by
# their addresses (importing.people), and the log stays what it is: proof of another account.
_APPS = frozenset({"crm", "timetracking"})
_STAY = frozenset(
    {
        "crm.arrivedmail",
        "crm.bulkchange",
        "crm.bulkedit",
        "crm.contactimport",
        "crm.fieldremoval",
        "crm.importedchange",
        "crm.importedrow",
        "crm.listexport",
        "crm.mail",
        "crm.mailattachment",
        "crm.mailcontact",
        "crm.merge",
        "crm.mergedrecord",
        "crm.mergedrow",
        "crm.noduplicate",
        "timetracking.givenreminder",
        "timetracking.lateedit",
        "timetracking.reportuse",
        "timetracking.runningtimer",
    }
)
# What the importing account itself makes of a row, or knows better.
VOLATILE: dict[str, frozenset[str]] = {
    "timetracking.timesettings": frozenset({"id"}),
}


@cache
def brought() -> tuple[Entity, ...]:
    """The entities of the allow-list, in their order."""
    waiting = [entity for entity in entities() if _comes(entity)]
    names = {entity.name for entity in waiting}
    found: list[Entity] = []
    while waiting:
        known = {entity.name for entity in found}
        ready = [entity for entity in waiting if _needs(entity) & names <= known]
        found += ready or waiting[:1]
        waiting = [entity for entity in waiting if entity not in found]
    return tuple(found)


def _comes(entity: Entity) -> bool:
    is_ours = entity.name.partition(".")[0] in _APPS and entity.name not in _STAY
    return is_ours and any(column.name == "id" for column in entity.columns)


def _needs(entity: Entity) -> set[str]:
    """What must be there first; a key to its own kind is filled in afterwards."""
    return {column.to for column in entity.keys} - {entity.name}
