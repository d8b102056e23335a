"""Admin › Webhooks: the register of those outside who hear that a record changed, and what was sent to them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import WebhookDelivery, WebhookRecipient
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from accounts.webhooks import actions
from accounts.webhooks.forms import RecipientForm
from lib.forms import posted

SHOWN = 50


@require_safe
@allow("webhook.manage")
def recipients(request: HttpRequest) -> HttpResponse:
    """The register."""
    return render(request, "accounts/webhooks.html", {"recipients": WebhookRecipient.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@allow("webhook.manage")
@reauthenticated
def recipient_create(request: HttpRequest) -> HttpResponse:
    """Enter somebody; the page that answers shows their secret, once."""
    form = RecipientForm(posted(request))
    if form.is_valid():
        recipient, secret = actions.enter(form.save(commit=False))
        return _page(request, recipient, secret)
    return render(request, "accounts/webhook_edit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@allow("webhook.manage")
def recipient(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One recipient, with what was sent to it last."""
    return _page(request, get_object_or_404(WebhookRecipient, public_id=public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@allow("webhook.manage")
@reauthenticated
def recipient_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what the register says of it."""
    present = get_object_or_404(WebhookRecipient, public_id=public_id)
    form = RecipientForm(posted(request), instance=present)
    if form.is_valid():
        if form.has_changed():
            actions.change(form.save(commit=False), form.said(), expected_version=form.stored_version)
            messages.success(request, "Saved.")
        return redirect("accounts:webhook", request.account.slug, public_id)
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "accounts/webhook_edit.html", {"form": form, "recipient": present}, status=status)


@allow("webhook.manage")
@reauthenticated
@require_POST
def recipient_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch it on."""
    present = get_object_or_404(WebhookRecipient, public_id=public_id)
    try:
        actions.switch_on(present)
        messages.success(request, f"“{present}” hears of what happens from now on.")
    except actions.NoSecret as missing:
        messages.error(request, str(missing))
    return redirect("accounts:webhook", request.account.slug, public_id)


@require_POST
@open_when_read_only
@allow("webhook.manage")
def recipient_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch it off, at once."""
    present = get_object_or_404(WebhookRecipient, public_id=public_id)
    actions.switch_off(present)
    messages.success(request, f"Nothing is sent to “{present}” any more; what waited was dropped.")
    return redirect("accounts:webhook", request.account.slug, public_id)


@allow("webhook.manage")
@reauthenticated
@require_POST
def recipient_secret(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another secret, shown once."""
    present = get_object_or_404(WebhookRecipient, public_id=public_id)
    return _page(request, present, actions.change_secret(present))


@require_POST
@allow("webhook.manage")
def recipient_test(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a message about nothing."""
    try:
        actions.send_test(get_object_or_404(WebhookRecipient, public_id=public_id))
        messages.success(request, "A test event is on its way. Load the page again to see what came of it.")
    except actions.IsOff as off:
        messages.error(request, str(off))
    return redirect("accounts:webhook", request.account.slug, public_id)


@open_when_read_only
@allow("webhook.manage")
@reauthenticated
@require_POST
def recipient_remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it off the register."""
    present = get_object_or_404(WebhookRecipient, public_id=public_id)
    actions.remove(present)
    messages.success(request, f"“{present}” is off the register, and hears of nothing any more.")
    return redirect("accounts:webhooks", request.account.slug)


@require_POST
@allow("webhook.manage")
def message_again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a message once more."""
    message = get_object_or_404(WebhookDelivery.objects.select_related("recipient"), public_id=public_id)
    try:
        actions.send_again(message)
        messages.success(request, "It is on its way again, with the same id.")
    except actions.IsOff as off:
        messages.error(request, str(off))
    return redirect("accounts:webhook", request.account.slug, message.recipient.public_id)


def _page(request: HttpRequest, present: WebhookRecipient, secret: str = "") -> HttpResponse:
    sent = WebhookDelivery.objects.filter(recipient=present).order_by("-id")[:SHOWN]
    return render(request, "accounts/webhook.html", {"recipient": present, "sent": sent, "secret": secret})
