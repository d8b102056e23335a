"""One stored file, for whoever holds its link until that ends."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.files.serving import opened, respond_from_anywhere
from accounts.models import Account, StoredFile
from tenancy.context import Actor, activate


@require_safe
def stored_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that the link names. One that has ended, or was never ours, leads nowhere."""
    found = opened(token)
    account = Account.objects.filter(pk=found[0], closed_at=None).first() if found else None
    if found is None or account is None:
        raise Http404
    with activate(account, actor=Actor("visitor", None, "Holder of a link")):
        stored = StoredFile.objects.filter(public_id=found[1]).first()
        if stored is None:
            raise Http404
        return respond_from_anywhere(stored, request)
