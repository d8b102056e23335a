"""The pages of logged mails: the member's own address, what waits unsorted, one mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.serving import respond
from accounts.permissions import allow, can
from crm.activities.about import found_by_name
from crm.mails import actions, address
from crm.mails.forms import MailForm
from crm.models import ArrivedMail, Mail, MailAttachment
from crm.restricted import refuse_change
from crm.views import shared
from lib.addresses import version_in
from lib.forms import posted
from lib.keyset import page

NOT_LOGGED = 5


@require_safe
@allow("mail.edit")
def mails(request: Any) -> HttpResponse:
    """The member's address with how to use it, what waits unsorted, and what was not logged."""
    return _mails(request)


@require_POST
@allow("mail.edit")
def address_make(request: Any) -> HttpResponse:
    """A new address in place of the former; it stands on this answer and nowhere else."""
    return _mails(request, made=actions.make_address(request.membership))


@require_POST
@allow("mail.edit")
def address_revoke(request: Any) -> HttpResponse:
    if actions.revoke_address(request.membership):
        messages.success(request, "The address is revoked. Mail to it is refused from now on.")
    return redirect("crm:mails", request.account.slug)


@require_http_methods(["GET", "POST"])
@allow("mail.edit")
def mail_create(request: Any) -> HttpResponse:
    """Log a mail by hand, on the record that the address names."""
    record = shared.asked_record(request)
    if record is None:
        return redirect("crm:mails", request.account.slug)
    subject = Mail(**{str(record._meta.model_name): record})
    form = MailForm(posted(request), instance=subject, member=request.membership)
    if form.is_bound and form.is_valid():
        form.save()
        return redirect(f"{shared.page_of(request, record)}#timeline")
    context = {"form": form, "record": record, "record_url": shared.page_of(request, record)}
    return render(request, "crm/mails/form.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow("mail.view")
def mail(request: Any, public_id: Any) -> HttpResponse:
    """One mail, as text."""
    return _mail(request, _visible_or_404(request, public_id))


@require_http_methods(["GET", "POST"])
@allow("mail.edit")
def mail_file(request: Any, public_id: Any) -> HttpResponse:
    """Put an own mail on a record: found by its name, chosen where a name means several."""
    found = _own_or_404(request, public_id)
    name, chosen = request.POST.get("name", "")[:300].replace("\0", ""), request.POST.get("record", "")
    records = found_by_name(request.membership, name)
    record = next((each.record for each in records if each.public_id == chosen), None)
    if record is None and len(records) == 1:
        record = records[0].record
    if record is not None:
        refuse_change(record)
        actions.put_on(found, record, expected=version_in(request.POST, found))
        return redirect(f"{shared.page_of(request, record)}#timeline")
    if request.method == "GET":
        return redirect("crm:mail", request.account.slug, public_id)
    return _mail(request, found, name=name, choices=records, status=422)


@require_POST
@allow("mail.edit")
def mail_share(request: Any, public_id: Any) -> HttpResponse:
    """Share an own mail with those who may see its record, or make it private again."""
    found = _own_or_404(request, public_id)
    version = version_in(request.POST, found)
    if "share" in request.POST and found.records:
        actions.share(found, expected=version)
    elif "share" not in request.POST:
        actions.unshare(found, expected=version)
    return redirect("crm:mail", request.account.slug, public_id)


@require_POST
@allow("mail.edit")
def mail_delete(request: Any, public_id: Any) -> HttpResponse:
    found = _own_or_404(request, public_id)
    actions.remove(found)
    undo = reverse("crm:mail_restore", args=[request.account.slug, found.public_id])
    messages.success(request, "The mail is out of your log.", extra_tags=undo)
    return redirect("crm:mails", request.account.slug)


@require_POST
@allow("mail.edit")
def mail_restore(request: Any, public_id: Any) -> HttpResponse:
    found = get_object_or_404(Mail.objects.of(request.membership), public_id=public_id, deleted_at__isnull=False)
    actions.put_back(found)
    return redirect("crm:mail", request.account.slug, public_id)


@require_safe
@allow("mail.view")
def mail_attachment(request: Any, public_id: Any) -> FileResponse:
    """A file that came with a mail, for those who may read the mail."""
    readable = Mail.objects.visible_to(request.membership)
    row = get_object_or_404(MailAttachment.objects.select_related("file"), public_id=public_id, mail__in=readable)
    return respond(row.file)


def _visible_or_404(request: Any, public_id: Any) -> Mail:
    rows = Mail.objects.visible_to(request.membership).select_related("member__user", "company", "contact", "deal")
    return get_object_or_404(rows, public_id=public_id)


def _own_or_404(request: Any, public_id: Any) -> Mail:
    rows = Mail.objects.live().of(request.membership).select_related("company", "contact", "deal")
    return get_object_or_404(rows, public_id=public_id)


def _mail(request: Any, found: Mail, *, status: int = 200, **asked: Any) -> HttpResponse:
    member = request.membership
    seen = [each for each in found.records if not each.is_in_bin and can(member, f"{each._meta.model_name}.view", each)]
    context = {
        "mail": found,
        "body": found.body(),
        "records": [(each, shared.page_of(request, each)) for each in seen],
        "is_own": found.member_id == member.pk,
        "attachments": found.attachments.order_by("id"),  # type: ignore[attr-defined]
        **asked,
    }
    return render(request, "crm/mails/mail.html", context, status=status)


def _mails(request: Any, made: str = "") -> HttpResponse:
    member = request.membership
    own = Mail.objects.live().of(member)
    rows = own if request.GET.get("show") == "all" else own.unsorted()
    arrived = ArrivedMail.objects.filter(by=member)
    context = {
        "made": made,
        "present": address.present(member),
        "page": page(rows, order=("-sent_at", "-id"), cursor=request.GET.get("page")),
        "shows_all": rows is own,
        "not_logged": arrived.exclude(words="", failure="").order_by("-created_at")[:NOT_LOGGED],
        "on_their_way": arrived.filter(state="running").exists(),
    }
    return render(request, "crm/mails/mails.html", context)
