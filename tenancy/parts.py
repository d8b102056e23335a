"""What belongs to a row, as one of its columns."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Field, Func, Model

_ARRAY = (
    "ARRAY(SELECT {shown} FROM {rows} WHERE part.account_id = {account} AND part.{key} = {number} {only}"
    " ORDER BY {order})"
)


class PartsOf(Func):
    """``ARRAY(SELECT … WHERE part.contact_id = crm_contact.id ORDER BY …)``: a list of what belongs to each row.

    A QuerySet would say the same, but Django puts its SQL together anew each time: a millisecond for each list.
    ``shown``, ``order`` and ``only``, a condition, are SQL of our own about the ``part``, and about the row that its
    key ``joined`` leads to.
    """

    def __init__(
        self,
        model: type[Model],
        key: str,
        *,
        shown: str,
        order: str,
        output_field: Field,
        joined: str = "",
        only: str = "",
    ) -> None:
        rows = f"{model._meta.db_table} part"
        if joined:
            field: Any = model._meta.get_field(joined)
            there = f"{joined}.account_id = part.account_id AND {joined}.id = part.{field.column}"
            rows += f" JOIN {field.related_model._meta.db_table} {joined} ON {there}"
        self.words = {"shown": shown, "rows": rows, "key": f"{key}_id", "order": order, "only": only and f"AND {only}"}
        super().__init__(F("account_id"), F("pk"), output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (account, _none), (number, _none) = (compiler.compile(each) for each in self.source_expressions)
        return _ARRAY.format(account=account, number=number, **self.words), []
