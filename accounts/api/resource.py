"""One kind of record as the API has it: ``/contacts/`` and ``/contacts/<id>/``.

A subclass says what it has (``fields``), who may do what (``may``), how lists are narrowed and ordered, and
which form and action store it. Everything else follows: addresses, answers, checks, the description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.db.models import Expression, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.api import lists
from accounts.api.body import errors_of, given_to_form, read_body
from accounts.api.fields import Field, Row
from accounts.api.operations import Endpoint, Operation
from accounts.api.problems import Problem
from accounts.models import Membership
from accounts.permissions import can
from lib import keyset

OPTIONS = orjson.OPT_UTC_Z
VERBS = {"browse": "GET", "create": "POST", "read": "GET", "change": "PATCH", "delete": "DELETE"}
OF_THE_LIST = ("browse", "create")


class Resource:
    """A kind of record. ``may`` names the action each verb needs; a verb it does not name is not offered."""

    name: ClassVar[str]  # contacts
    one: ClassVar[str]  # contact
    about: ClassVar[str]
    model: ClassVar[type[Model]]
    scope: ClassVar[str]  # crm, of which reading needs crm:read and the rest crm:write
    may: ClassVar[Mapping[str, str]]
    fields: ClassVar[tuple[Field, ...]]
    orders: ClassVar[Mapping[str, tuple[str, ...]]]  # the first is the usual one
    filters: ClassVar[tuple[lists.Filter, ...]] = ()
    is_searched: ClassVar[bool] = False
    is_versioned: ClassVar[bool] = True
    is_shaped: ClassVar[bool] = True  # joins are made for the page alone, see lib/keyset

    # --- what a subclass says in code -------------------------------------------------------------

    def visible(self, member: Membership) -> QuerySet[Any]:
        """The records that this member may see."""
        raise NotImplementedError

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        """Those that a search finds."""
        raise NotImplementedError

    def made_up(self) -> dict[str, Expression]:
        """Columns that are no columns of the table, by name."""
        return {}

    def made_up_of(self, form: Any) -> Row | None:
        """The same of a record that was just made, or None where only the database knows."""
        return None if self.made_up() else {}

    def editable(self, member: Membership) -> QuerySet[Any]:
        """The records that this member may change, with what their form reads."""
        return self.visible(member)

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        """The form that people fill in, given a body. ``record`` is None for a new one."""
        raise NotImplementedError

    def store(self, form: Any, request: Any) -> Any:
        """Store what the valid form holds, as the page does; returns the record."""
        return form.save()

    def remove(self, record: Any, request: Any) -> None:
        """Delete the record, as the page does."""
        raise NotImplementedError

    # --- verbs --------------------------------------------------------------------------------------

    def browse(self, request: Any) -> HttpResponse:
        member = request.membership
        asked = lists.asked_of(request, self._filters, self.orders, searches=self.is_searched)
        rows = self.visible(member)
        for filter_, value in asked.filters:
            rows = rows.filter(filter_.condition(value, member))
        if asked.search:
            rows = self.searched(rows, asked.search, member)
        order = self.orders[asked.ordering]
        sorted_by = [column.removeprefix("-") for column in order]

        def shape(chosen: QuerySet[Any]) -> QuerySet[Any]:
            return chosen.values(*self._columns, *sorted_by, **self.made_up())

        rows, shape_later = (rows, shape) if self.is_shaped else (shape(rows), None)
        found = lists.page(rows, asked, order, only_for=f"{request.account.pk} {self.name}", shape=shape_later)
        fields = self.fields_for(member)
        return answer(
            {
                "results": [shown(row, fields) for row in found.rows],
                "next": lists.link(request, found.next),
                "previous": lists.link(request, found.previous),
            }
        )

    def read(self, request: Any, public_id: UUID) -> HttpResponse:
        return self._answer(request, self._row(request, public_id))

    def create(self, request: Any) -> HttpResponse:
        form = self._form(request, None)
        record = self.store(form, request)
        made_up = self.made_up_of(form)
        known = made_up is not None and {**{name: keyset.value_at(record, name) for name in self._columns}, **made_up}
        response = self._answer(request, known or self._row(request, record.public_id), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{record.public_id}/")
        return response

    def change(self, request: Any, public_id: UUID) -> HttpResponse:
        self.store(self._form(request, self._editable(request, public_id)), request)
        return self._answer(request, self._row(request, public_id))

    def delete(self, request: Any, public_id: UUID) -> HttpResponse:
        self.remove(self._editable(request, public_id), request)
        response = HttpResponse(status=204)
        del response["Content-Type"]  # nothing is of no kind
        return response

    # --- the way ------------------------------------------------------------------------------------

    def urls(self) -> list[URLPattern]:
        """The addresses of the list and of one record."""
        operations = {verb: self.operation(verb) for verb in self.may}
        of_list = {VERBS[verb]: each for verb, each in operations.items() if verb in OF_THE_LIST}
        of_one = {VERBS[verb]: each for verb, each in operations.items() if verb not in OF_THE_LIST}
        found = [path(f"{self.name}/", Endpoint(of_list), name=self.name)]
        if of_one:
            found.append(path(f"{self.name}/<uuid:public_id>/", Endpoint(of_one), name=self.one))
        return found

    def fields_for(self, member: Membership) -> Mapping[str, Field]:
        """The fields that this member may see."""
        return {field.name: field for field in self.fields if not field.needs or can(member, field.needs)}

    def operation(self, verb: str) -> Operation:
        """What a verb does, and what it needs."""
        kind = "read" if verb in ("browse", "read") else "write"
        return Operation(scope=f"{self.scope}:{kind}", action=self.may[verb], run=getattr(self, verb))

    def _form(self, request: Any, record: Any) -> Any:
        """The valid form that the body fills in."""
        fields = self.fields_for(request.membership)
        given = given_to_form(read_body(request), fields, is_new=record is None)
        form = self.form(given, request, record)
        if not form.is_valid():
            raise Problem("invalid", errors=errors_of(form, fields.values()))
        return form

    def _editable(self, request: Any, public_id: UUID) -> Any:
        record = self.editable(request.membership).filter(public_id=public_id).first()
        if record is None:
            raise Http404
        if self.is_versioned:
            check_version(request, record.version)
        return record

    def _row(self, request: Any, public_id: UUID) -> Row:
        rows = self.visible(request.membership).filter(public_id=public_id)
        for row in rows.values(*self._columns, **self.made_up()):
            return row
        raise Http404

    def _answer(self, request: Any, row: Row, status: int = 200) -> HttpResponse:
        response = answer(shown(row, self.fields_for(request.membership)), status=status)
        if self.is_versioned:
            response["ETag"] = f'"{row["version"]}"'
        return response

    @cached_property
    def _filters(self) -> dict[str, lists.Filter]:
        return {each.name: each for each in self.filters}

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The table's columns that the fields show."""
        wanted = dict.fromkeys(column for field in self.fields for column in field.columns)
        return tuple(column for column in wanted if column not in self.made_up())


def shown(row: Row, fields: Mapping[str, Field]) -> dict[str, Any]:
    """A row as its JSON object."""
    return {name: row[field.columns[0]] if field.is_plain else field.show(row) for name, field in fields.items()}


def answer(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(data, option=OPTIONS), content_type="application/json", status=status)


def check_version(request: HttpRequest, version: int) -> None:
    """412 unless the record is the one that ``If-Match`` names, where it is sent."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted.strip() != "*" and str(version) not in re.findall(r'(?<!W/)"([^"]*)"', wanted):
        raise Problem("changed", f"It is at version {version} by now. Read it again and repeat the change.")
