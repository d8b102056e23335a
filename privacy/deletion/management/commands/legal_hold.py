"""``manage.py legal_hold place|review|lift|list``: what may not be erased while a matter is open.

manage.py legal_hold place acme --matter "Berg v. Acme" --reason "A court asked." --until 2027-01-31 --staff EMAIL
manage.py legal_hold place acme --person bob@acme.example … ; --record crm.contact:ID …
manage.py legal_hold review ID --until 2027-03-31 --staff EMAIL
manage.py legal_hold lift ID --staff EMAIL
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account, Membership, User, normalise_email
from privacy.deletion import erasing, holds
from privacy.deletion.models import PERSON, LegalHold
from tenancy.context import activate
from tenancy.globals import fenced_models


class Command(BaseCommand):
    """Exit code 0: done. 1: ``list`` found a hold that nobody looked at in time, or it can't be done."""

    help = "Place, review, lift and list legal holds. The firm reads of them in its log and when it closes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        place = steps.add_parser("place", help="keep an account, or one record of it, from being erased")
        place.add_argument("account", help="its short name, as in its address")
        place.add_argument("--matter", required=True, help="what it is called, such as a case")
        place.add_argument("--reason", required=True, help="a sentence for the firm")
        place.add_argument("--record", metavar="TYPE:ID", help="one record, as crm.contact:4f1c…; all without it")
        place.add_argument(
            "--person", metavar="EMAIL", help="one member, with every record that is theirs; a contact is a record"
        )
        place.add_argument("--sealed", action="store_true", help="a court forbids to tell the firm what for")
        review = steps.add_parser("review", help="it was looked at, and the matter is still open")
        lift = steps.add_parser("lift", help="the matter is over; whatever waited goes on")
        for step in (place, review):
            step.add_argument(
                "--until", type=date.fromisoformat, required=True, help="when it is looked at again, in 90 days at most"
            )
        for step in (review, lift):
            step.add_argument("hold", type=UUID, help="its id, which list says")
        for step in (place, review, lift):
            step.add_argument("--staff", required=True, metavar="EMAIL", help="who decides it")
        listing = steps.add_parser("list", help="what is held, of one account or of all")
        listing.add_argument("account", nargs="?")

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        try:
            getattr(self, f"_{step}")(**options)
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _place(self, account: str, matter: str, reason: str, until: date, **options: Any) -> None:
        firm, by = _account(account), _staff(options["staff"])
        if options["record"] and options["person"]:
            raise CommandError("Name one record or one person, not both.")
        if not (matter.strip() and reason.strip()):
            raise CommandError("Say the matter and the reason.")
        scope = _scope(firm, options["record"]) if options["record"] else {}
        if options["person"]:
            scope = _member(firm, options["person"])
        hold = holds.place(
            firm, matter=matter, reason=reason, custodian=str(by), placed_by=by, review_on=until,
            is_sealed=options["sealed"], **scope,
        )  # fmt: skip
        self.stdout.write(f"Placed {hold.public_id}: {hold} holds {hold.covers} of {firm.slug}, until {until}.")

    def _review(self, hold: UUID, until: date, staff: str, **options: Any) -> None:
        found = _open(hold)
        holds.review(found, until, by=str(_staff(staff)))
        self.stdout.write(f"{found} is looked at again by {until}.")

    def _lift(self, hold: UUID, staff: str, **options: Any) -> None:
        found = _open(hold)
        holds.release(found, by=str(_staff(staff)))
        self.stdout.write(f"{found} holds nothing any more; what waited goes on.")

    def _list(self, account: str | None, **options: Any) -> None:
        found = LegalHold.objects.filter(released_at=None).order_by("review_on", "pk")
        for hold in found.filter(account=_account(account)) if account else found:
            words = [f"{hold.public_id}  {hold.account.slug}: {hold} holds {hold.covers}, until {hold.review_on}"]
            words += ["sealed"] * hold.is_sealed + ["NOT LOOKED AT IN TIME"] * hold.is_overdue
            self.stdout.write(", ".join(words) + ".")
        if holds.overdue().exists():
            raise SystemExit(1)


def _account(slug: str) -> Account:
    firm = Account.objects.filter(slug=slug).first()
    if firm is None:
        raise CommandError(f"There is no account {slug!r}.")
    return firm


def _staff(email: str) -> User:
    person = User.objects.filter(email=normalise_email(email), is_staff=True).first()
    if person is None:
        raise CommandError(f"{email} is not support staff.")
    return person


def _open(number: UUID) -> LegalHold:
    hold = LegalHold.objects.filter(public_id=number, released_at=None).first()
    if hold is None:
        raise CommandError(f"There is no open hold {number}.")
    return hold


def _member(firm: Account, email: str) -> dict[str, Any]:
    found = Membership.objects.filter(account_id=firm.pk, user__email=normalise_email(email)).first()
    if found is None:
        raise CommandError(f"{email} is no member of {firm.slug}.")
    return {"record_type": PERSON, "record_id": found.public_id}


def _scope(firm: Account, words: str) -> dict[str, Any]:
    """One record, which must be there: a hold on a slip of the pen would hold nothing."""
    label, _, number = words.partition(":")
    models = {model._meta.label_lower: model for model in apps.get_models() if model in set(fenced_models())}
    model: Any = models.get(label.lower())
    if model is None or not hasattr(model, "public_id"):
        raise CommandError(f"{label!r} is no kind of record; crm.contact is one.")
    with activate(firm, actor=erasing.ERASER):
        if not model._default_manager.filter(public_id=UUID(number)).exists():
            raise CommandError(f"{firm.slug} has no {words}.")
    return {"record_type": label.lower(), "record_id": UUID(number)}
