"""A contact's privacy: why and how long they are kept, what they said about mail, and whether they may be used."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.files.serving import respond
from accounts.permissions import allow, can
from crm import actions as records
from crm.contact_privacy import actions
from crm.contact_privacy.forms import ConsentForm, FactsForm, ReasonForm, ReviewForm
from crm.listing.tabs import tabs
from crm.models import Contact, ContactConsent
from crm.restricted import refuse_change
from crm.views import shared
from lib.addresses import id_in
from lib.keyset import page


@require_http_methods(["GET", "POST"])
@allow("contact.edit")
def contact_privacy(request: Any, public_id: Any) -> HttpResponse | FileResponse:
    """All of it on one page; ``?proof=`` gives the file of a consent. POST says in ``what`` which form was sent."""
    may_be_restricted = _what(request) != "facts"
    record = shared.record_or_404(request, Contact, public_id, may_be_restricted=may_be_restricted)
    if proof := request.GET.get("proof"):
        return respond(get_object_or_404(record.consents, public_id=id_in(proof)).file)
    forms = _forms(request, record)
    sent = forms.get(_what(request))
    if sent is not None and sent.is_valid():
        _do(request, record, sent)
        return redirect(request.path)
    context = {
        **forms,
        "record": record,
        "record_url": shared.page_of(request, record),
        "consents": record.consents.select_related("by__user", "file").order_by("-at", "-id"),
        "may_restrict": can(request.membership, "contact.restrict", record),
        "is_due": record.retention_until and record.retention_until < timezone.localdate(),
    }
    status = 422 if sent is not None else 200
    return render(request, "crm/contact_privacy/privacy.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allow("contact.edit")
def contacts_kept(request: Any) -> HttpResponse:
    """Contacts that are kept past their date, the longest first. POST gives one another date, or bins it."""
    due = Contact.objects.live().visible_to(request.membership).filter(retention_until__lt=timezone.localdate())
    form, reviewed = ReviewForm(), None
    if "contact" in request.POST:
        reviewed = get_object_or_404(due, public_id=id_in(request.POST["contact"]))
        form = ReviewForm(request.POST)
        if _reviewed(request, reviewed, form):
            return redirect("crm:contacts_kept", request.account.slug)
    shown = page(
        due.select_related("company", "owner__user"), order=("retention_until", "id"), cursor=request.GET.get("page")
    )
    context = {"page": shown, "form": form, "reviewed": reviewed, "tabs": tabs(request, "Contacts")}
    status = 422 if reviewed else 200
    return render(request, "crm/contact_privacy/kept.html", context, status=status)


def _what(request: Any) -> str:
    """Which form was sent: the page's main one, the facts, where it does not say."""
    return str(request.POST.get("what", "facts")) if request.method == "POST" else ""


def _forms(request: Any, record: Contact) -> dict[str, Any]:
    """The forms of the page; the one that was sent knows what was."""
    sent = _what(request)
    files = request.FILES if sent == "consent" else None
    given = {name: request.POST if sent == name else None for name in ("facts", "consent", "restrict", "lift")}
    said = ContactConsent(contact=record)
    return {
        "facts": FactsForm(given["facts"], instance=record, prefix=None),
        "consent": ConsentForm(given["consent"], files, instance=said, member=request.membership, prefix="said"),
        "restrict": ReasonForm(given["restrict"], prefix="restrict"),
        "lift": ReasonForm(given["lift"], prefix="lift"),
    }


def _do(request: Any, record: Contact, form: Any) -> None:
    """What the form that was sent asks for."""
    what, member = _what(request), request.membership
    if what == "facts":
        form.save()
        messages.success(request, "Saved.")
    elif what == "consent":
        form.save()
        messages.success(request, f"Noted. Mail permission: {record.get_mail_permission_display().lower()}.")
    elif not can(member, "contact.restrict", record):
        raise PermissionDenied
    elif what == "restrict" and not record.is_restricted:
        actions.restrict(record, reason=form.cleaned_data["reason"], by=member)
        messages.success(request, f"{record} is restricted: stored, and not used.")
    elif what == "lift" and record.is_restricted:
        actions.lift(record, reason=form.cleaned_data["reason"])
        messages.success(request, f"The restriction is lifted. {record} can be used again.")


def _reviewed(request: Any, record: Contact, form: ReviewForm) -> bool:
    refuse_change(record)
    if "bin" in request.POST:
        records.move_to_bin(record, by=request.membership)
        messages.success(request, f"{record} is in the bin.")
        return True
    if not form.is_valid():
        return False
    before = record.retention_until, record.retention_reason
    record.retention_until = form.cleaned_data["retention_until"]
    record.retention_reason = form.cleaned_data["retention_reason"]
    after = record.retention_until, record.retention_reason
    names = ("retention_until", "retention_reason")
    changes = {
        name: [str(old or ""), str(new)] for name, old, new in zip(names, before, after, strict=True) if old != new
    }
    actions.set_facts(record, changes, expected=record.version)
    messages.success(request, f"{record} is kept until another day.")
    return True
