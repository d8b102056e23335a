"""What there is one of for whoever asks, as settings are: ``/time-settings/``, read and changed at one address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path

from accounts.api.operations import Endpoint
from accounts.api.resource import VERBS, Resource, check_version
from lib import keyset


class Single(Resource):
    """It is always there: until somebody changes it, as things come, at version 1."""

    orders = {}

    def record(self, request: Any) -> Any:
        """The one that is meant, stored or not."""
        raise NotImplementedError

    def path(self, verb: str) -> str:
        return f"/{self.name}/"

    def urls(self) -> list[URLPattern]:
        operations = {VERBS[verb]: self.operation(verb) for verb in self.may}
        return [path(f"{self.name}/", Endpoint(operations), name=self.one)]

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        return self._shown(request, self.record(request))

    def change(self, request: Any) -> HttpResponse:  # type: ignore[override]
        record = self.record(request)
        check_version(request, record.version)
        return self._shown(request, self.store(self._form(request, record), request))

    def _shown(self, request: Any, record: Any) -> HttpResponse:
        return self._answer(request, {name: keyset.value_at(record, name) for name in self._columns})
