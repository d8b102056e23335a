"""Who asked for which archive, and who brought one."""

from __future__ import annotations

from accounts import jobs
from datamap import Column, Support, describe
from privacy.exports.models import ArchiveImport, Export

describe(
    Export,
    purpose="Giving a firm, or somebody it knows, everything that is kept",
    fields={
        "failure": Column("technical", export="Why one of our programs stopped."),
        "manifest": "technical",
        "withheld": Column("technical", export="Numbers of texts that were left out of an archive; it names them."),
    },
    not_personal=jobs.FACTS | {"scope", "about", "total", "rows", "downloads"},
    rows_for="by",
)

# Who is in an archive is asked of it while an owner decides about it, and dropped with its file.
describe(
    ArchiveImport,
    purpose="Bringing an archive into the account, and saying who did and what became of it",
    fields={
        "failure": Column("technical", export="Why one of our programs stopped."),
        "findings": Column("free text", export="Why an archive was refused; it may quote it.", support=Support.HIDDEN),
        "people": Column("contact details", export="Dropped with the archive that named them.", support=Support.HIDDEN),
        "plan": "business",
    },
    not_personal=jobs.FACTS | {"total", "rows"},
    rows_for="by",
)
