"""One stored file, for whoever holds its link until that ends; or for the programs of one member alone."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import allow_list, entrance, keys
from accounts.factors import policy
from accounts.files.serving import Linked, opened, respond_from_anywhere
from accounts.models import Account, StoredFile
from accounts.permissions import can
from tenancy.context import Actor, activate


@require_safe
def stored_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that the link names. One that has ended, or was never ours, leads nowhere."""
    found = opened(token)
    account = Account.objects.filter(pk=found.account_id, closed_at=None).first() if found else None
    if found is None or account is None or not _is_theirs(request, found):
        raise Http404
    with activate(account, actor=Actor("visitor", None, "Holder of a link")):
        stored = StoredFile.objects.filter(public_id=found.public_id).first()
        if stored is None:
            raise Http404
        return respond_from_anywhere(stored, request)


def _is_theirs(request: HttpRequest, found: Linked) -> bool:
    """Whether whoever comes may use a link: one for a member asks for a living key of theirs."""
    if found.member is None:
        return True
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    key, now = entrance.key_of(text.strip()) if kind.lower() == "bearer" else None, timezone.now()
    if key is None or keys.trouble(key, now) or policy.locks_out(key.membership, now):
        return False
    key.note_use(now)
    member = key.membership
    is_it = (key.account.pk, member.public_id) == (found.account_id, found.member)
    return is_it and can(member, found.action) and allow_list.lets_in(member, request)
