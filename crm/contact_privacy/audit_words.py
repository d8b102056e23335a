"""How the log tells of a contact's rights."""

from audit.words import Data, Kind, Ref, register

GROUP = "Contacts and companies"


def _consent(data: Data) -> dict[str, str | Ref]:
    return {"said": str(data["permission"]).lower(), "way": str(data["how"]).lower()}


register(
    GROUP,
    Kind("contact.consented", "Mail permission noted", "noted [of {record}] mail permission: {said} ({way})",
         "mail-check", _consent),
    Kind("contact.restricted", "Contact restricted", "restricted [the contact ]{record}: {reason}", "lock"),
    Kind("contact.lifted", "Restriction lifted", "lifted the restriction of {record}: {reason}", "lock-open"),
)  # fmt: skip
