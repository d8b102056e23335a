"""A record for every address that names one: what the table of addresses, roles and accounts is tried with.

The key is the beginning of the route's name; the longest that fits is taken. Each maker runs inside an
account and returns what goes into the address.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tests.house.routes import Route


def contact(**facts: Any) -> Any:
    from crm.models import Contact

    return Contact.objects.create(first_name="Maren", last_name="Holm", **facts)


def company(**facts: Any) -> Any:
    from crm.models import Company

    return Company.objects.create(name="Fjord & Co", **facts)


def project() -> Any:
    from timetracking.models import Project

    return Project.objects.create(name="Website")


def task() -> Any:
    from timetracking.models import Task

    return Task.objects.create(project=project(), name="Design")


def entry() -> Any:
    from timetracking.models import TimeEntry

    return TimeEntry.objects.create(
        project=project(), person=_somebody(), day=timezone.localdate(), minutes=30, note="Sketches"
    )


def _somebody() -> Any:
    from accounts.models import Membership
    from tenancy.context import current_account_id

    return Membership.objects.filter(account_id=current_account_id(), role="owner").get()


def api_key() -> Any:
    from accounts.actions import create_api_key

    return create_api_key(_somebody(), name="Nightly", scopes=["crm:read"], days=30)[0]


def in_bin() -> dict[str, Any]:
    return {"deleted_at": timezone.now()}


def contact_import() -> Any:
    from crm.imports import job

    return job.upload(io.BytesIO(b"First name;E-mail\nMaren;maren@x.example\n"), name="people.csv", by=_somebody())


def event() -> Any:
    """What happened to a new contact."""
    import audit
    from audit.models import Event

    return Event.objects.get(public_id=audit.record("contact.created", contact()))


def log_check() -> Any:
    """A check of the log, done."""
    from accounts.log import work

    return work.start("check", by=_somebody())


def log_export() -> Any:
    """An export of the log, done."""
    from accounts.log import work

    return work.start("csv", by=_somebody())


def member() -> Any:
    """A colleague of whoever owns the account."""
    from accounts.actions import add_member
    from accounts.models import User

    account = _somebody().account
    return add_member(account, User.objects.create_user(f"{uuid.uuid4().hex}@x.example", first_name="Maren"), "member")


def invitation() -> Any:
    from accounts.people import invitations
    from accounts.people.pasted import Person

    person = Person(f"{uuid.uuid4().hex}@x.example", "Maren Holm")
    return invitations.invite([person], role="member", message="", by=_somebody())[0]


def logo() -> Any:
    """The account's logo, whose file stands in the address."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accounts import logos
    from accounts.models import StoredFile

    owner = _somebody()
    logos.put(owner.account, SimpleUploadedFile("logo.png", picture()), by=owner)
    return StoredFile.objects.get(public_id=owner.account.logo)


def picture(kind: str = "PNG", size: tuple[int, int] = (80, 40)) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, (13, 96, 120)).save(out, kind)
    return out.getvalue()


def ticket() -> Any:
    """What whoever owns the account asked us."""
    from privacy.support_access.actions import open_ticket
    from privacy.support_access.models import Topic

    owner = _somebody()
    return open_ticket(Topic.HELP, "It won’t print.", subject="Printing", email=owner.user.email, member=owner)


RECORDS: dict[str, Callable[[], Any]] = {
    "accounts:audit_check": log_check,
    "accounts:logo": logo,
    "accounts:person": member,
    "accounts:ownership_offer": member,
    "accounts:invitation_": invitation,
    "accounts:audit_event": event,
    "accounts:audit_export": log_export,
    "accounts:key_revoke": api_key,
    "help:ticket": ticket,
    "crm:contact": contact,
    "crm:contact_restore": lambda: contact(**in_bin()),
    "crm:company": company,
    "crm:company_restore": lambda: company(**in_bin()),
    "imports:": contact_import,
    "timetracking:project": project,
    "timetracking:task": task,
    "timetracking:task_add": project,
    "timetracking:entry": entry,
    "timetracking:cell_entry": entry,
}

# What only its own person may reach, besides those who may do so for others: a colleague's is not there.
OWN = {
    "timetracking:entry_": "time.log_for_others",
    "timetracking:cell_entry_edit": "time.log_for_others",
    "accounts:key_revoke": "api_key.manage",
    "help:ticket": "help.view_all",
}

# What an address takes that is no record.
WORDS: dict[str, Any] = {}

# What must be posted to an address that otherwise finds nothing to do.
BODIES: dict[str, dict[str, str]] = {"accounts:profile_remove": {"part": "phone"}}


def sample_for(route: Route) -> dict[str, Any]:
    """The words of an address, with a new record of the active account where it names one."""
    return {name: WORDS[name] if name in WORDS else record_for(route).public_id for name in route.takes}


def names_a_record(route: Route) -> bool:
    return any(name not in WORDS for name in route.takes)


def record_for(route: Route) -> Any:
    """A new record of the kind that this route names."""
    fitting = [key for key in RECORDS if route.name.startswith(key)]
    assert fitting, (
        f"{route.name} takes {', '.join(route.takes)}: add to RECORDS in tests/house/samples.py a function "
        f"that makes such a record, or to WORDS what the address takes if it is none."
    )
    return RECORDS[max(fitting, key=len)]()
