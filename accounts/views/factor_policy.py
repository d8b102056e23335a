"""Admin, Security: whether everybody in the account needs a second factor, and who has one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.factors import policy
from accounts.factors.forms import PolicyForm
from accounts.models import Membership
from accounts.people.lists import BY_NAME
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.forms import posted
from lib.keyset import page


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("security.policy")
@reauthenticated
def factor_policy(request: Any) -> HttpResponse:
    """Ask everybody for a second factor, or leave it to each."""
    account = request.account
    form = PolicyForm(posted(request), account=account, by=request.user)
    if form.is_valid():
        if form.cleaned_data["is_required"]:
            policy.require(account, days=form.cleaned_data["days"])
            messages.success(request, f"Everybody in {account} is asked for a second factor.")
        else:
            policy.release(account)
            messages.success(request, "Everybody chooses for themselves.")
        return redirect("accounts:factor_policy", account.slug)
    members = Membership.objects.filter(account_id=account.pk, removed_at=None).select_related("user", "account")
    people = page(members, order=BY_NAME, cursor=request.GET.get("page"))
    words = {
        "form": form,
        "members": people.rows,
        "having": policy.with_second_factor(people.rows),
        "next_url": f"?page={people.next}" if people.next else "",
        "previous_url": f"?page={people.previous}" if people.previous else "",
    }
    return render(request, "accounts/factors/policy.html", words, status=422 if form.is_bound else 200)
