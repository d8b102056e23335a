"""Which mail somebody wants: in the Admin area, and by the link at the foot of every promotion."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import consents
from accounts.permissions import allow, open_when_read_only


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
def notifications(request: HttpRequest) -> HttpResponse:
    """Every kind of mail, what the reader said about it last, and since when."""
    if request.method == "POST":
        changed = consents.choose(request.user, request.POST.getlist("mail"), source="admin/notifications/")
        messages.success(request, "Saved." if changed else "Nothing was changed.")
        return redirect("accounts:notifications", request.account.slug)
    return render(request, "accounts/notifications.html", {"wishes": consents.wishes_of(request.user)})


@csrf_exempt  # the link is the proof; mailboxes press the button from elsewhere, without a cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, since scanners follow links; the button, or a mailbox's own, acts at once."""
    found = consents.read_link(token)
    if found is None or found[1] not in (*consents.Purpose.values, consents.EVERYTHING):
        raise Http404
    user, purpose = found
    is_done = request.method == "POST"
    if is_done:
        purpose = consents.EVERYTHING if "everything" in request.POST else purpose
        consents.withdraw(user, purpose, source="/unsubscribe/")
    kind = "" if purpose == consents.EVERYTHING else consents.Purpose(purpose).label
    response = render(request, "accounts/unsubscribe.html", {"kind": kind, "is_done": is_done})
    response["Cache-Control"] = "no-store"
    return response
