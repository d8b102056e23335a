"""What a program sends: one JSON object, given to the same forms that people fill in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.http import HttpRequest

from accounts.api.fields import Field
from accounts.api.problems import WHOLE, Errors, Problem
from accounts.api.values import Wrong

MEDIA_TYPES = ("application/json", "application/merge-patch+json")
MOST_BYTES = 25 << 20  # of a file
IN_MEMORY = 1 << 20


def missing(noun: str) -> dict[str, str]:
    """What a field of another record says when there is none, or none that its reader may see."""
    return {"invalid_choice": f"There is no such {noun}."}


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request."""
    if request.content_type not in MEDIA_TYPES:
        raise Problem("media-type")
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Problem("unreadable") from None
    if not isinstance(body, dict):
        raise Problem("unreadable", 'The body must be one JSON object, as in {"name": "Tidewater"}.')
    return body


def read_file(request: Any) -> Any:
    """The file that is the body of a request, from its beginning. It is taken in once, piece by piece."""
    if not hasattr(request, "sent_file"):
        file, size = SpooledTemporaryFile(IN_MEMORY), 0  # noqa: SIM115  (it lives as long as the request)
        while piece := request.read(1 << 16):
            size += len(piece)
            if size > MOST_BYTES:
                raise Problem("too-large", "The file is larger than 25 MB. Split it and send one part after the other.")
            file.write(piece)
        request.sent_file = file
    request.sent_file.seek(0)
    return request.sent_file


def given_to_form(body: Mapping[str, Any], fields: Mapping[str, Field], *, is_new: bool) -> dict[str, Any]:
    """The body as a form takes it. Unknown fields and wrong kinds of values are refused, each by name."""
    given: dict[str, Any] = {}
    errors: Errors = {}
    for name, value in body.items():
        try:
            if name not in fields:
                raise Wrong("There is no such field.")
            if fields[name].is_read_only:
                raise Wrong("This can only be read.")
            if fields[name].is_fixed and not is_new:
                raise Wrong("This is said when it is added, and stays.")
            given |= fields[name].take(value)
        except Wrong as wrong:
            errors[name] = [str(wrong)]
    if is_new:
        missing = [field.name for field in fields.values() if field.is_required and field.name not in body]
        errors |= {name: ["This is needed."] for name in missing}
    if errors:
        raise Problem("invalid", errors=errors)
    return given


def errors_of(form: Any, fields: Iterable[Field]) -> Errors:
    """What the form objects to, by the names that the API has for it."""
    written = [field for field in fields if not field.is_read_only]
    names = {form_name: field.name for field in written for form_name in field.form_names}
    found: Errors = {}
    for form_name, messages in form.errors.items():
        found.setdefault(names.get(form_name, WHOLE), []).extend(map(str, messages))
    return found


class BodyForm:
    """Mixed into a record's form: what the body leaves out stays as it is, and the rules look at all of it."""

    fields: dict[str, Any]
    instance: Any

    def __init__(self, given: Mapping[str, Any], **kwargs: Any) -> None:
        data = dict(given)
        if not kwargs["instance"]._state.adding and hasattr(kwargs["instance"], "version"):
            data.setdefault("version", kwargs["instance"].version)
        super().__init__(data, **kwargs)  # type: ignore[call-arg]
        self.left_out = self.fields.keys() - data.keys()
        for name in self.left_out:
            del self.fields[name]

    def _post_clean(self) -> None:
        """As Django's own, but the rules are asked about all of the record: Django would skip what was left out."""
        form: Any = self
        form.instance = construct_instance(form, self.instance, form._meta.fields)
        exclude = form._get_validation_exclusions()
        self._ask(self.instance.full_clean, exclude, validate_unique=False, validate_constraints=False)
        self._ask(self.instance.validate_constraints, form._get_validation_exclusions() - self.left_out)

    def _ask(self, rules: Callable[..., None], exclude: Collection[str], **kwargs: Any) -> None:
        try:
            rules(exclude=exclude, **kwargs)
        except ValidationError as refusal:
            self._update_errors(refusal)  # type: ignore[attr-defined]
