"""Sign-ins that go with an account: of people who belong to no other firm and are none of our staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from email import message_from_binary_file
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CASCADE, ForeignObjectRel, Model, QuerySet

from accounts.models import Account, Membership, OutgoingMail, User
from tenancy.globals import has_account


def who_go(account: Account) -> list[int]:
    """The numbers of everybody who was ever a member here, and of no other firm."""
    here = Membership.objects.filter(account_id=account.pk).values_list("user_id", flat=True)
    elsewhere = Membership.objects.filter(user_id__in=list(here)).exclude(account_id=account.pk)
    stay = set(elsewhere.values_list("user_id", flat=True))
    candidates = User.objects.filter(pk__in=set(here) - stay, is_staff=False)
    return sorted(candidates.values_list("pk", flat=True))


def still_going(numbers: Sequence[int]) -> list[int]:
    """Of them, once their account's rows are gone, whom no other firm has let in meanwhile."""
    going = User.objects.filter(pk__in=numbers, is_staff=False).exclude(memberships__isnull=False)
    return sorted(going.values_list("pk", flat=True))


def rows(numbers: Sequence[int], *, but_of: Account | None = None) -> Counter[str]:
    """How many rows, by table, go with these sign-ins; those of an account that goes before them are left out."""
    found: dict[type[Model], set[Any]] = {}
    _walk(User, set(numbers), found, but_of)
    counts = Counter({model._meta.db_table: len(keys) for model, keys in found.items()})
    counts["django_session"] += _sessions(numbers).count()
    counts["accounts_outgoingmail"] += _letters(numbers, but_of).count()
    return +counts


def _walk(model: type[Model], keys: set[Any], found: dict[type[Model], set[Any]], but_of: Account | None) -> None:
    """These rows, and what goes with them because it is theirs alone."""
    new = keys - found.setdefault(model, set())
    found[model] |= new
    for relation in model._meta.get_fields(include_hidden=True) if new else ():
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is CASCADE:
            theirs = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": list(new)})
            if but_of is not None and has_account(relation.related_model):
                theirs = theirs.exclude(account_id=but_of.pk)
            _walk(relation.related_model, set(theirs.values_list("pk", flat=True)), found, but_of)


@transaction.atomic
def erase(numbers: Sequence[int]) -> Counter[str]:
    """Erase these sign-ins with all that is theirs; what went, by table. Harmless when run twice.

    Whatever else still points at one of them makes the database refuse the whole.
    """
    people = User.objects.filter(pk__in=numbers, is_staff=False).exclude(memberships__isnull=False)
    found: dict[type[Model], set[Any]] = {}
    _walk(User, set(people.values_list("pk", flat=True)), found, None)
    theirs = list(found[User])
    gone = Counter({"django_session": _sessions(theirs).delete()[0]})
    gone["accounts_outgoingmail"] += _letters(theirs).delete()[0]
    for model, keys in found.items():
        rows: Any = model._base_manager.filter(pk__in=list(keys))
        gone[model._meta.db_table] += rows._raw_delete("default") or 0
    return +gone


def addresses_of(numbers: Sequence[int]) -> set[str]:
    return set(User.objects.filter(pk__in=numbers).values_list("email", flat=True))


def empty_mail_folder(addresses: Iterable[str]) -> int:
    """Where no mail server is set, letters lie in a folder: remove those to these addresses. Returns how many."""
    folder, wanted = Path(settings.EMAIL_FILE_PATH), {address.lower() for address in addresses}
    found = [path for path in sorted(folder.glob("*.eml")) if wanted & _receivers(path)] if wanted else []
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _receivers(path: Path) -> set[str]:
    try:
        with path.open("rb") as file:
            message = message_from_binary_file(file, policy=default)
    except FileNotFoundError:
        return set()
    return {address.lower() for _, address in getaddresses(message.get_all("To", []))}


def _sessions(numbers: Sequence[int]) -> QuerySet[Session]:
    keys = UserSession.objects.filter(user_id__in=numbers).values_list("session_key", flat=True)
    return Session.objects.filter(pk__in=list(keys))


def _letters(numbers: Sequence[int], but_of: Account | None = None) -> QuerySet[OutgoingMail]:
    """Letters to their addresses that belong to no account, and are not theirs by key, which go anyway."""
    letters = OutgoingMail.objects.filter(to__in=addresses_of(numbers), user__isnull=True)
    return letters if but_of is None else letters.exclude(account_id=but_of.pk)
