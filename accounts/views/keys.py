"""Admin › API keys: what lets programs in. A key is shown once, on the page that answers its making."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, Membership
from accounts.permissions import allow, can, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@allow("api_key.own")
@reauthenticated
def keys(request: HttpRequest) -> HttpResponse:
    """The reader's keys, to admins everybody's; and a form that makes one."""
    form = ApiKeyForm(posted(request), member=request.membership)
    made = text = None
    if form.is_valid():
        made, text = actions.create_api_key(request.membership, **form.cleaned_data)
        form = ApiKeyForm(member=request.membership)
    words = {
        "form": form,
        "keys": visible(request.membership),
        "sees_all": can(request.membership, "api_key.manage"),
        "made": made,
        "text": text,
    }
    return render(request, "accounts/keys.html", words, status=422 if form.is_bound else 200)


@require_POST
@open_when_read_only
@allow("api_key.own")
def key_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a key at once: one's own, for admins anybody's."""
    key = get_object_or_404(visible(request.membership), public_id=public_id)
    actions.revoke_api_key(key)
    messages.success(request, f"“{key.name}” lets nobody in any more.")
    return redirect("accounts:keys", request.account.slug)


def visible(member: Membership) -> QuerySet[ApiKey]:
    """The keys that a member may see and revoke, those that still work first."""
    found = ApiKey.objects.select_related("membership__user").filter(account_id=member.account_id)
    if not can(member, "api_key.manage"):
        found = found.filter(membership_id=member.pk)
    return found.order_by(F("revoked_at").desc(nulls_first=True), "-created_at")
