"""How the log tells of sample data."""

from __future__ import annotations

from audit.words import Data, Kind, Noun, register, register_noun


def _kept(data: Data) -> dict[str, str]:
    return {"kept": f"; what own records hang on stayed: {', '.join(data['kept'])}" if data["kept"] else ""}


register(
    "Account and people",
    Kind("sample.made", "Sample data made", "filled the account with sample data: {records} records", "flask"),
    Kind(
        "sample.removed", "Sample data removed", "removed the sample data: {records} records{kept}", "flask-off", _kept
    ),
)
register_noun(Noun("demo.samplejob", "sample data"))
