"""Erasing a contact, a member or oneself: what becomes of what, the texts to read, once more who it is, and done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Membership, User
from accounts.people.members import may_manage
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from crm.models import Contact
from lib.forms import posted
from lib.keyset import page
from privacy.deletion import certificate, persons
from privacy.deletion.forms import EraseForm
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.preview import KEPT, Line, by_fate
from privacy.deletion.persons.subjects import ERASED


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("person.erase")
@reauthenticated
def contact_erase(request: Any, public_id: UUID) -> HttpResponse:
    """A contact, with all about them."""
    contact = get_object_or_404(Contact.objects.visible_to(request.membership), public_id=public_id)
    return _page(request, contact, reverse("crm:contact", args=[request.account.slug, public_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("person.erase")
@reauthenticated
def member_erase(request: Any, public_id: UUID) -> HttpResponse:
    """A member who has left: hours stay, of nobody."""
    here = Membership.objects.filter(account_id=request.account.pk).select_related("user", "account")
    member = get_object_or_404(here, public_id=public_id)
    if member.role == Membership.Role.OWNER and not may_manage(request.membership, member):
        raise Http404
    slug = request.account.slug
    first = reverse("accounts:person_deactivate", args=[slug, public_id]) if member.is_active else ""
    return _page(request, member, reverse("accounts:people", args=[slug]), first)


@require_safe
@open_when_read_only
@allow("person.erase")
def certificates(request: Any) -> HttpResponse:
    """Whoever was erased in this account, without a name, and where the certificates are."""
    done = PersonErasure.objects.filter(account_id=request.account.pk)
    found = page(done, order=("-id",), cursor=request.GET.get("page"))
    return render(request, "privacy/deletion/certificates.html", {"erasures": found})


@login_required
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: Any) -> HttpResponse:
    """Oneself, from every account; whoever agrees is signed out at once."""
    return _page(request, User.objects.get(pk=request.user.pk), reverse("enter"))


@require_safe
def person_certificate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For whoever has the address, which nobody can guess: it names nobody."""
    erasure = get_object_or_404(PersonErasure, public_id=public_id)
    context: dict[str, Any] = {"erasure": erasure}
    if erasure.certificate:
        facts = certificate.facts_of(erasure.certificate)
        lines = [Line(**{**each, "fields": tuple(each["fields"])}) for each in erasure.lines]
        context |= {
            "facts": facts,
            "backups_end": parse_date(facts["backups"]["last_one_ends_on"]),
            "fates": by_fate(lines),
            "kept": KEPT,
            "troubles": certificate.troubles(erasure.certificate),
            "key": certificate.public_key(),
        }
    return render(request, "privacy/deletion/person_certificate.html", context)


@require_safe
def person_certificate_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    erasure = get_object_or_404(PersonErasure.objects.exclude(certificate=""), public_id=public_id)
    response = HttpResponse(erasure.certificate, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="erasure-{public_id}.json"'
    return response


def _page(request: Any, person: Any, back: str, first: str = "") -> HttpResponse:
    """The preview with its form; then, when it was agreed to as it stands, the certificate. ``first``: where what has
    to come before it is done.
    """
    seen = persons.preview(person)
    form = EraseForm(posted(request), seen=seen)
    if form.is_valid():
        try:
            erasure = _erase(request, person, form.cleaned_data["reason"])
        except persons.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("person_certificate", erasure.public_id)
    context = {"preview": seen, "form": form, "back": back, "kept": KEPT, "is_self": person == request.user}
    context |= {"first": first, "was_erased": ERASED in seen.hindrances}
    template = "erase_me" if context["is_self"] else "erase_person"
    return render(request, f"privacy/deletion/{template}.html", context, status=422 if form.is_bound else 200)


def _erase(request: Any, person: Any, reason: str) -> PersonErasure:
    by, blanked = getattr(request, "membership", None), request.POST.getlist("blanked")
    erasure = persons.erase(person, asked_by=by, reason=reason, blanked=blanked)
    if person == request.user:
        logout(request)
    return erasure
