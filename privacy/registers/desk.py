"""The registers as staff write them: what is asked of us, what went wrong, and that the business goes to somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from lib.forms import posted
from privacy.registers import actions, announcing, extracting, misuse, statistics
from privacy.registers.forms import (
    DecisionForm,
    DisclosureForm,
    ExtractForm,
    HearingForm,
    IncidentForm,
    MisuseForm,
    ReleaseForm,
    SuspensionForm,
    TransferForm,
)
from privacy.registers.models import (
    Announcement,
    BusinessTransfer,
    Disclosure,
    Incident,
    LogExtract,
    Misuse,
    Release,
)
from privacy.support_access.gate import staff_here, staff_only

SHOWN = 100
STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "release": (actions.release, "Released. The firm gets a letter, unless it may not be told yet."),
    "tell": (actions.tell_firm, "The firm gets a letter."),
    "examine": (actions.examine, "Examined."),
}


@staff_only
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """What waits for somebody's hands first."""
    words = {
        "due": announcing.due(),
        "unexamined": announcing.unexamined(),
        "disclosures": Disclosure.objects.all()[:SHOWN],
        "incidents": Incident.objects.all()[:SHOWN],
        "misuses": Misuse.objects.all()[:SHOWN],
        "releases": Release.objects.all()[:SHOWN],
        "transfers": BusinessTransfer.objects.all()[:SHOWN],
        "announcements": Announcement.objects.all()[:SHOWN],
    }
    return render(request, "registers/desk.html", words)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_create(request: HttpRequest) -> HttpResponse:
    """Somebody asks us for data."""
    form = DisclosureForm(posted(request))
    if form.is_valid():
        case = actions.open_disclosure(form.instance, by=staff_here(request))
        return redirect("registers:disclosure", case.public_id)
    return _form(request, form, "Somebody asks us for data", "Open")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def disclosure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One case; sent, the first person's decision."""
    case = get_object_or_404(Disclosure, public_id=public_id)
    form = DecisionForm(posted(request))
    if form.is_valid():
        given, by = form.cleaned_data, staff_here(request)
        if given["released"]:
            step = _try(request, actions.approve, case, why=given["decision"], released=given["released"], by=by)
        else:
            step = _try(request, actions.refuse, case, why=given["decision"], by=by)
        return step or redirect("registers:disclosure", public_id)
    words = {"case": case, "form": form, "is_mine": case.first_id == staff_here(request).pk}
    words["extracts"] = [(each, extracting.number_of(each)) for each in case.extracts.all()]
    return render(request, "registers/disclosure.html", words, status=422 if form.is_bound else 200)


@staff_only
@require_POST
def disclosure_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Release, tell, examine."""
    case = get_object_or_404(Disclosure, public_id=public_id)
    if step not in STEPS:
        raise Http404
    do, said = STEPS[step]
    if _try(request, do, case, by=staff_here(request)) is None:
        messages.success(request, said)
    return redirect("registers:disclosure", public_id)


def _try(request: HttpRequest, do: Callable[..., None], case: Disclosure, **given: Any) -> HttpResponse | None:
    """None when it was done; else the way back, with a sentence."""
    try:
        do(case, **given)
    except actions.WrongHands as trouble:
        messages.error(request, str(trouble))
        return redirect("registers:disclosure", case.public_id)
    return None


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
    """Write down an incident, or what is known since."""
    known = get_object_or_404(Incident, public_id=public_id) if public_id else None
    form = IncidentForm(posted(request), instance=known)
    if form.is_valid():
        actions.save_incident(form.instance, by=staff_here(request))
        return redirect("registers:incident", form.instance.public_id)
    return _form(request, form, str(known or "An incident"), "Save", incident=known)


@staff_only
@require_POST
def incident_tell(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every firm hears of it."""
    actions.tell_of_incident(get_object_or_404(Incident, public_id=public_id), by=staff_here(request))
    messages.success(request, "Every owner gets a letter within minutes, and it stands on the transparency page.")
    return redirect("registers:incident", public_id)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_create(request: HttpRequest) -> HttpResponse:
    """Our business goes to somebody else: every firm hears of it at once."""
    form = TransferForm(posted(request))
    if form.is_valid():
        actions.announce_transfer(form.instance, by=staff_here(request))
        messages.success(request, "Announced: every owner gets a letter within minutes.")
        return redirect("registers:registers")
    return _form(request, form, "Candor goes to somebody else", "Announce to every firm")


def _form(request: HttpRequest, form: ModelForm, title: str, verb: str, **more: Any) -> HttpResponse:
    words = {"form": form, "title": title, "verb": verb, **more}
    return render(request, "registers/form.html", words, status=422 if form.is_bound else 200)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def release_create(request: HttpRequest) -> HttpResponse:
    """Count something that may be given away; nothing leaves yet."""
    form = ReleaseForm(posted(request))
    if form.is_valid():
        made = actions.make_release(**form.cleaned_data, by=staff_here(request))
        return redirect("registers:release", made.public_id)
    return _form(request, form, "Count something to publish", "Count")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Figures before and after they are published; sent, the second person's yes."""
    found = get_object_or_404(Release, public_id=public_id)
    if request.method == "POST":
        try:
            actions.publish_release(found, by=staff_here(request))
        except actions.WrongHands as trouble:
            messages.error(request, str(trouble))
        else:
            messages.success(request, "Published: everybody can read it at Statistics.")
        return redirect("registers:release", public_id)
    is_mine = found.first_id == staff_here(request).pk
    is_again = statistics.is_made_again(found)
    return render(request, "registers/release.html", {"release": found, "is_mine": is_mine, "is_again": is_again})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def extract_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Fix which part of our logs the case asks for, before anybody agrees."""
    case = get_object_or_404(Disclosure, public_id=public_id)
    form = ExtractForm(posted(request))
    if form.is_valid():
        try:
            extracting.scope(form.instance, case, by=staff_here(request))
        except actions.WrongHands as trouble:
            messages.error(request, str(trouble))
        return redirect("registers:disclosure", public_id)
    return _form(request, form, "Which part of our logs", "Fix it")


@staff_only
@require_POST
def extract_draw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rows as a file, once two people released the case."""
    found = get_object_or_404(LogExtract.objects.select_related("case"), public_id=public_id)
    try:
        text = extracting.draw(found, by=staff_here(request))
    except actions.WrongHands as trouble:
        messages.error(request, str(trouble))
        return redirect("registers:disclosure", found.case.public_id)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="extract-{str(public_id)[:8]}.csv"'
    return response


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def misuse_create(request: HttpRequest) -> HttpResponse:
    """Somebody says that a firm cheats, or breaks the terms."""
    form = MisuseForm(posted(request))
    if form.is_valid():
        case = misuse.open_case(form.instance, by=staff_here(request))
        return redirect("registers:misuse", case.public_id)
    return _form(request, form, "Fraud, or a breach of the terms", "Open")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def misuse_case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One case; sent, what follows from it, or the answer to the appeal."""
    case, by = get_object_or_404(Misuse, public_id=public_id), staff_here(request)
    is_appeal = case.state == Misuse.State.APPEALED
    form = HearingForm(posted(request)) if is_appeal else SuspensionForm(posted(request))
    if form.is_valid():
        try:
            _follow(case, form.cleaned_data, by)
        except actions.WrongHands as trouble:
            messages.error(request, str(trouble))
        return redirect("registers:misuse", public_id)
    words = {"case": case, "form": form, "is_mine": case.first_id == by.pk}
    return render(request, "registers/misuse.html", words, status=422 if form.is_bound else 200)


def _follow(case: Misuse, given: dict[str, Any], by: User) -> None:
    if "answer" in given:
        misuse.answer(case, given["answer"], lifts=given["lifts"], by=by)
    elif given["days"]:
        misuse.suspend(case, given["days"], by=by)
    else:
        misuse.dismiss(case, by=by)
