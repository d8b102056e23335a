"""One kind of record as the API has it: ``/contacts/`` and ``/contacts/<id>/``.

A subclass says what it has (``fields``), who may do what (``may``), how lists are narrowed and ordered, and
which form and action store it. Everything else follows: addresses, answers, checks, the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.db.models import Expression, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.api import lists
from accounts.api.body import errors_of, given_to_form, read_body
from accounts.api.fields import Field, Row, Schema, Text
from accounts.api.operations import Endpoint, Operation
from accounts.api.problems import Problem
from accounts.keys import SCOPES
from accounts.models import Membership
from accounts.permissions import can
from lib import keyset
from tenancy.written import Written

OPTIONS = orjson.OPT_UTC_Z
VERBS = {
    "browse": "GET",
    "create": "POST",
    "read": "GET",
    "change": "PATCH",
    "delete": "DELETE",
    "start": "POST",
    "stop": "POST",
    "copy": "POST",
    "merge": "POST",
    "restore": "POST",
    "undo": "POST",
    "restrict": "POST",
    "lift": "POST",
    "withdraw": "POST",
    "approve": "POST",
    "decline": "POST",
    "return": "POST",
    "reopen": "POST",
    "check": "POST",
    "run": "POST",
    "cancel": "POST",
    "receipt": "POST",
    "fetch": "GET",
    "download": "POST",
    "erase": "POST",
    "on": "POST",
    "off": "POST",
    "secret": "POST",
    "test": "POST",
    "again": "POST",
    "renew": "POST",
    "send": "POST",
    "void": "POST",
}
OF_THE_LIST = ("browse", "create")
OF_ONE = ("read", "change", "delete")
READING = ("browse", "read", "fetch")
PLACES = {"fetch": "receipt"}  # of verbs whose address is another one's, with another method


class Resource:
    """A kind of record. ``may`` names the action each verb needs; a verb it does not name is not offered."""

    name: ClassVar[str]  # contacts
    one: ClassVar[str]  # contact
    about: ClassVar[str]
    model: ClassVar[type[Model]]
    scope: ClassVar[str]  # crm, of which reading needs crm:read, where there is such a scope, and the rest crm:write
    may: ClassVar[Mapping[str, str]]
    fields: ClassVar[tuple[Field, ...]]
    orders: ClassVar[Mapping[str, tuple[str, ...]]]  # the first is the usual one
    filters: ClassVar[tuple[lists.Filter, ...]] = ()
    is_searched: ClassVar[bool] = False
    is_versioned: ClassVar[bool] = True
    works_read_only: ClassVar[bool] = False  # in an account of any standing: what a firm must never be kept from
    open_when_read_only: ClassVar[frozenset[str]] = frozenset()  # the same of single verbs
    is_shaped: ClassVar[bool] = True  # joins are made for the page alone, see lib/keyset
    is_written_once: ClassVar[bool] = False  # what is made up is the same for everybody, always: see tenancy/written
    files: ClassVar[Mapping[str, Mapping[str, str]]] = {}  # verbs whose body is a file, with their parameters
    asked_at_deletion: ClassVar[Mapping[str, str]] = {}  # parameters that its address may carry, with their meaning
    also_refuses: ClassVar[Mapping[str, tuple[int, ...]]] = {}  # statuses beside those that its verbs have anyway
    own_parameters: ClassVar[tuple[str, Schema] | None] = None  # meaning and schema of filters that accounts add
    own_order: ClassVar[str] = ""  # a pattern of orders that accounts add
    examples: ClassVar[Mapping[str, Any]] = {}  # of what is sent with a verb, and of the "answer", if fields don't say

    changed_by: ClassVar[dict[type[Model], type[Resource]]] = {}  # of a kind of record: what changes one

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "model") and "change" in getattr(cls, "may", ()):
            cls.changed_by.setdefault(cls.model, cls)

    # --- what a subclass says in code -------------------------------------------------------------

    def visible(self, member: Membership) -> QuerySet[Any]:
        """The records that this member may see."""
        raise NotImplementedError

    def listed(self, member: Membership, asked: lists.Asked) -> QuerySet[Any]:
        """The records that a list is made of, before its filters."""
        return self.visible(member)

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        """Those that a search finds."""
        raise NotImplementedError

    def own_filters(self) -> Iterable[lists.Filter]:
        """Filters that only the active account has."""
        return ()

    def own_orders(self) -> Mapping[str, tuple[tuple[str, ...], dict[str, Any]]]:
        """Orders that only the active account has, each with the columns that it makes up."""
        return {}

    def made_up(self) -> dict[str, Expression]:
        """Columns that are no columns of the table, by name."""
        return {}

    def made_up_for(self, member: Membership) -> dict[str, Expression]:
        """The same, where it depends on who reads."""
        return self.made_up()

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

    sent: ClassVar[Mapping[str, Schema]] = {}  # what a verb of its own takes, where that is no record

    def schemas(self) -> dict[str, Schema]:
        """What is sent and answered, where that is no record with its list."""
        return {}

    # --- verbs --------------------------------------------------------------------------------------

    def browse(self, request: Any) -> HttpResponse:
        member = request.membership
        filters = self._filters | {each.name: each for each in self.own_filters()}
        orders = {name: (order, {}) for name, order in self.orders.items()} | dict(self.own_orders())
        asked = lists.asked_of(request, filters, orders, searches=self.is_searched)
        rows = self.listed(member, asked)
        for filter_, value in asked.filters:
            rows = rows.filter(filter_.condition(value, member))
        if asked.search:
            rows = self.searched(rows, asked.search, member)
        found = self._page(request, rows, asked, *orders[asked.ordering])
        fields = self.fields_for(member)
        return answer(
            {
                "results": shown_all(found.rows, fields),
                "next": lists.link(request, found.next),
                "previous": lists.link(request, found.previous),
            }
        )

    def _page(
        self, request: Any, rows: QuerySet[Any], asked: lists.Asked, order: tuple[str, ...], made: dict[str, Any]
    ) -> keyset.Page:
        only_for = f"{request.account.pk} {self.name} {asked.ordering}"
        if self._is_same_for_everybody and not made:
            return lists.page(rows, asked, order, only_for=only_for, show=self._written.of)
        columns = [*self._columns, *(name for each in order if (name := each.removeprefix("-")) not in made)]

        def shape(chosen: QuerySet[Any]) -> QuerySet[Any]:
            return chosen.values(*columns, **self.made_up_for(request.membership), **made)

        rows, shape_later = (rows.annotate(**made), shape) if self.is_shaped else (shape(rows), None)
        return lists.page(rows, asked, order, only_for=only_for, shape=shape_later)

    def read(self, request: Any, public_id: UUID) -> HttpResponse:
        return self._answer(request, self._row(request, public_id))

    def create(self, request: Any) -> HttpResponse:
        form = self._form(request, None)
        record = self.store(form, request)
        made_up = self.made_up_of(form)
        known = made_up is not None and {**{name: keyset.value_at(record, name) for name in self._columns}, **made_up}
        return self._made(request, record.public_id, known or None)

    def change(self, request: Any, public_id: UUID) -> HttpResponse:
        self.store(self._form(request, self._editable(request, public_id)), request)
        return self._answer(request, self._row(request, public_id))

    def delete(self, request: Any, public_id: UUID) -> HttpResponse:
        if unknown := request.GET.keys() - self.asked_at_deletion.keys():
            raise Problem("parameters", errors={name: ["There is no such parameter."] for name in sorted(unknown)})
        self.remove(self._editable(request, public_id), request)
        return nothing()

    # --- the way ------------------------------------------------------------------------------------

    def urls(self) -> list[URLPattern]:
        """The addresses of the list and of one record."""
        operations = {verb: self.operation(verb) for verb in self.may}
        of_list = {VERBS[verb]: each for verb, each in operations.items() if verb in OF_THE_LIST}
        of_one = {VERBS[verb]: each for verb, each in operations.items() if verb in OF_ONE}
        found = [path(f"{self.name}/", Endpoint(of_list), name=self.name)]
        if of_one:
            found.append(path(f"{self.name}/<uuid:public_id>/", Endpoint(of_one), name=self.one))
        own: dict[str, dict[str, Operation]] = {}
        for verb in operations.keys() - {*OF_THE_LIST, *OF_ONE}:
            own.setdefault(PLACES.get(verb, verb), {})[VERBS[verb]] = operations[verb]
        for place, several in own.items():
            found.append(path(f"{self.name}/<uuid:public_id>/{place}/", Endpoint(several), name=f"{self.one}_{place}"))
        return found

    def path(self, verb: str) -> str:
        """The address of a verb, after ``/api/v1``."""
        if verb in OF_THE_LIST:
            return f"/{self.name}/"
        return f"/{self.name}/{{id}}/" if verb in OF_ONE else f"/{self.name}/{{id}}/{PLACES.get(verb, verb)}/"

    def as_answered(self, rows: QuerySet[Any], member: Membership) -> list[dict[str, Any]]:
        """Records as this member reads them."""
        return shown_all(rows.values(*self._columns, **self.made_up_for(member)), self.fields_for(member))

    def fields_for(self, member: Membership) -> Mapping[str, Field]:
        """The fields that this member may see."""
        return {field.name: field for field in self.fields if not field.needs or can(member, field.needs)}

    def operation(self, verb: str) -> Operation:
        """What a verb does, and what it needs."""
        reading = f"{self.scope}:read"
        return Operation(
            scope=reading if verb in READING and reading in SCOPES else f"{self.scope}:write",
            action=self.may[verb],
            run=getattr(self, verb),
            takes_file=verb in self.files,
            works_read_only=self.works_read_only or verb in self.open_when_read_only,
        )

    def _form(self, request: Any, record: Any) -> Any:
        """The valid form that the body fills in."""
        fields = self.fields_for(request.membership)
        body = read_body(request)
        given = given_to_form(body, fields, is_new=record is None)
        excess = {name: self._excess(field, body.get(name)) for name, field in fields.items()}
        if any(excess.values()):
            raise Problem("invalid", errors={name: words for name, words in excess.items() if words})
        form = self.form(given, request, record)
        if not form.is_valid():
            raise Problem("invalid", errors=errors_of(form, fields.values()))
        return form

    def _excess(self, field: Field, value: Any) -> list[str]:
        """What is said of a text that is longer than its description allows; a form would cut the spaces around it."""
        longest = field.longest(self.model) if isinstance(field, Text) and isinstance(value, str) else None
        if not longest or len(value) <= longest:
            return []
        return [f"Write at most {longest} characters; these are {len(value)}."]

    def _editable(self, request: Any, public_id: UUID) -> Any:
        record = self.editable(request.membership).filter(public_id=public_id).first()
        if record is None:
            raise Http404
        if self.is_versioned:
            check_version(request, record.version)
        return record

    def _row(self, request: Any, public_id: UUID) -> Row:
        rows = self.visible(request.membership).filter(public_id=public_id)
        for row in rows.values(*self._columns, **self.made_up_for(request.membership)):
            return row
        raise Http404

    def _answer(self, request: Any, row: Row, status: int = 200) -> HttpResponse:
        response = answer(shown(row, self.fields_for(request.membership)), status=status)
        if self.is_versioned:
            response["ETag"] = f'"{row["version"]}"'
        return response

    def _made(self, request: Any, public_id: UUID, row: Row | None = None) -> HttpResponse:
        """The answer for a new record: itself, and its address."""
        response = self._answer(request, row or self._row(request, public_id), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{public_id}/")
        return response

    @cached_property
    def _filters(self) -> dict[str, lists.Filter]:
        return {each.name: each for each in self.filters}

    @cached_property
    def _is_same_for_everybody(self) -> bool:
        """Whether a row is written once for all readers: never where what is made up depends on who reads."""
        return self.is_written_once and type(self).made_up_for is Resource.made_up_for

    @cached_property
    def _written(self) -> Written:
        """The rows of a page, with what every order goes by."""
        columns = dict.fromkeys([*self._columns, *(name.lstrip("-") for each in self.orders.values() for name in each)])
        every = self.model._default_manager
        return Written(lambda: every.order_by().values(*columns, **self.made_up()), by="id")

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The table's columns that the fields show."""
        shown = [field for field in self.fields if not field.is_write_only]
        wanted = dict.fromkeys(column for field in shown for column in field.columns)
        return tuple(column for column in wanted if column not in self.made_up())


def shown(row: Row, fields: Mapping[str, Field]) -> dict[str, Any]:
    """A row as its JSON object."""
    return shown_all([row], fields)[0]


def shown_all(rows: Iterable[Row], fields: Mapping[str, Field]) -> list[dict[str, Any]]:
    """Rows as JSON objects. What is a column's value as it stands is taken without asking the field."""
    parts = [
        (name, itemgetter(field.columns[0]) if field.is_plain else field.show)
        for name, field in fields.items()
        if not field.is_write_only
    ]
    return [{name: part(row) for name, part in parts} for row in rows]


def nothing() -> HttpResponse:
    """What is answered where something went."""
    response = HttpResponse(status=204)
    del response["Content-Type"]  # nothing is of no kind
    return response


def answer(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(data, option=OPTIONS), content_type="application/json", status=status)


def check_version(request: HttpRequest, version: int) -> None:
    """412 unless the record is the one that ``If-Match`` names, where it is sent."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted.strip() != "*" and str(version) not in re.findall(r'(?<!W/)"([^"]*)"', wanted):
        raise Problem("changed", f"It is at version {version} by now. Read it again and repeat the change.")
