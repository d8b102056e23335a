"""The bell's page: what waits for this member's eyes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import bell
from accounts.models import BellNotice
from accounts.permissions import allow, open_when_read_only


@require_safe
@allow("profile.edit")
def notices(request: Any) -> HttpResponse:
    """Newest first; what was not read yet is marked."""
    found = bell.notices_of(request.membership, request.GET.get("page"))
    pages = {name: f"?page={cursor}" for name, cursor in (("next", found.next), ("previous", found.previous)) if cursor}
    return render(request, "accounts/notices.html", {"notices": found, "pages": pages})


@require_POST
@open_when_read_only
@allow("profile.edit")
def notice_open(request: Any, public_id: Any) -> HttpResponse:
    """Mark one as read and go where it leads."""
    notice = get_object_or_404(BellNotice, public_id=public_id, member=request.membership)
    notice.member = request.membership
    bell.mark_read(request.membership, notice)
    return redirect(bell.where(notice) or reverse("accounts:notices", args=[request.account.slug]))


@require_POST
@open_when_read_only
@allow("profile.edit")
def notices_read(request: Any) -> HttpResponse:
    """Mark all as read."""
    bell.mark_read(request.membership)
    return redirect("accounts:notices", request.account.slug)


@require_POST
@open_when_read_only
@allow("profile.edit")
def notices_letters(request: Any) -> HttpResponse:
    """Whether notices come by mail, too."""
    request.membership.mails_notices = "mail" in request.POST
    request.membership.save(update_fields=["mails_notices"])
    messages.success(request, "Saved.")
    return redirect("accounts:notices", request.account.slug)
