"""The data map: what every column says about whom, why we hold it, and what becomes of it.

Each app describes its own tables in its ``datamap.py``; nothing else has to know. Masks for support, exports,
erasure, retention and the public tables are read from here, and ``docs/datamap.md`` is printed from here.

Describing a table::

    # crm/datamap.py
    from datamap import SELF, Column, Erasure, Subject, describe

    from .models import Contact

    describe(
        Contact,
        purpose="Keeping in touch with clients",
        subject=Subject.CONTACT,
        fields={
            "first_name": "identity",
            "email": "contact details",
            "note": "free text",
            "rating": "business",
            "photo": Column("file", export="The photo is in the archive's files folder."),
        },
        not_personal=frozenset({"binned_at"}),
        rows_for=SELF,
        erase=Erasure.DELETE_ROW,
    )

Leave out what follows by itself: ``id``, ``account``, ``public_id``, ``version``, ``created_at``,
``updated_at`` (unless they tell something about a person), and keys: the key of a person (``Contact.owner``)
is a *link* to that person, any other key is technical.

``fields`` gives a column one word of ``datamap.vocabulary.Category``; the word brings the answers along (what
erasure does, whether the export carries it, how support sees it), and ``Column`` changes one of them. What is
about nobody but belongs to the customer's trade is ``"business"``: support sees only its length, but
``not_personal`` as it is. ``rows_for`` says which rows are about a person: ``SELF`` (the row is the person),
a path to the person (``"person"``, ``"sheet__person"``) or a function of the person; ``also`` does so for
another kind of person in the same columns. Without more words a table is hosted data about a member, kept as
long as the account: ``subject``, ``party``, ``basis``, ``retention`` say otherwise. A table that is about
nobody needs only ``not_personal``.

A new column? ``manage.py check`` asks about it and says what to type. ``manage.py datamap --write`` prints
``docs/datamap.md`` anew.

Asking::

    datamap.columns_of(Contact)        # one Answer for each column
    datamap.support_mask(Contact)      # {"first_name": Support.INITIALS, ...}; what is not in it is hidden
    datamap.exported_columns(Contact)  # ("public_id", "first_name", ...)
    datamap.entries_for(Subject.MEMBER)
    datamap.rows_about(bob)            # every row that is about Bob, with its columns
"""

from datamap.registry import (
    SELF,
    Answer,
    Column,
    Entry,
    Registry,
    Rows,
    Undescribed,
    registry,
)
from datamap.vocabulary import (
    Basis,
    Category,
    Erasure,
    Interest,
    Keep,
    Party,
    Reason,
    Retention,
    Source,
    Subject,
    Support,
)

describe = registry.describe
holds_nothing_personal = registry.holds_nothing_personal
entries = registry.entries
entries_for = registry.entries_for
columns_of = registry.columns_of
support_mask = registry.support_mask
exported_columns = registry.exported_columns
rows_about = registry.rows_about

__all__ = [
    "SELF",
    "Answer",
    "Basis",
    "Category",
    "Column",
    "Entry",
    "Erasure",
    "Interest",
    "Keep",
    "Party",
    "Reason",
    "Registry",
    "Retention",
    "Rows",
    "Source",
    "Subject",
    "Support",
    "Undescribed",
    "columns_of",
    "describe",
    "entries",
    "entries_for",
    "exported_columns",
    "holds_nothing_personal",
    "registry",
    "rows_about",
    "support_mask",
]
