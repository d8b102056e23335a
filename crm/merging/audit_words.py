"""How the log tells of merging."""

from __future__ import annotations

from collections.abc import Callable

from audit.words import Data, Kind, Ref, register

GROUP = "Contacts and companies"


def _names(data: Data) -> dict[str, str | Ref]:
    others = [each["name"] for each in data["others"]]
    return {"others": " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))}


def _survivor(noun: str) -> Callable[[Data], dict[str, str | Ref]]:
    def details(data: Data) -> dict[str, str | Ref]:
        survivor = data["survivor"]
        return {"survivor": Ref(f"crm.{noun}", survivor["id"], survivor["name"])}

    return details


for noun, label in (("contact", "Contact"), ("company", "Company")):
    survivor, the = _survivor(noun), f"[the {noun} ]"
    register(
        GROUP,
        Kind(f"{noun}.merged", f"{label} merged", f"merged {{others}} into {the}{{record}}", "arrows-join", _names),
        Kind(f"{noun}.merged_into", f"{label} became part of another", "made {record} part of {survivor}",
             "arrows-join", survivor),
        Kind(f"{noun}.unmerged", f"{label} taken apart again", f"split {{others}} off from {the}{{record}}",
             "arrows-split", _names),
        Kind(f"{noun}.split_off", f"{label} split off", "split {record} off from {survivor}", "arrows-split", survivor),
    )  # fmt: skip
