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


def activity(**facts: Any) -> Any:
    from crm.models import Activity

    return Activity.objects.create(subject="Call Maren", owner=_somebody(), **facts)


def note(**facts: Any) -> Any:
    """What whoever owns the account wrote about a contact of theirs."""
    from crm.models import Note

    return Note.objects.create(contact=contact(owner=_somebody()), author=_somebody(), text="Call back", **facts)


def own_field(**facts: Any) -> Any:
    from crm.models import CustomField

    name = f"hobby-{uuid.uuid4().hex[:8]}"  # tests ask for several in one account
    return CustomField.objects.create(noun="contact", kind="text", label=name, key=name, **facts)


def archived_field() -> Any:
    return own_field(archived_at=timezone.now())


def deal(**facts: Any) -> Any:
    from crm.models import Deal, Stage

    return Deal.objects.create(name="Season brochure", stage=Stage.objects.in_order().first(), **facts)


def mail(**facts: Any) -> Any:
    """What whoever owns the account logged about a contact of theirs, for their own eyes."""
    from crm.models import Mail

    logged = Mail(contact=contact(owner=_somebody()), member=_somebody(), subject="The plan", **facts)
    logged.set_body("Here it is.")
    logged.save()
    return logged


def mail_attachment() -> Any:
    from accounts.files.stored import store
    from crm.models import MailAttachment
    from crm.stored_files import MAIL_ATTACHMENT

    file = store([b"plan"], purpose=MAIL_ATTACHMENT, name="plan.txt")
    return MailAttachment.objects.create(mail=mail(), name="plan.txt", size=4, file=file)


def pipeline() -> Any:
    from crm.deals import pipelines
    from crm.models import Pipeline

    return pipelines.create(Pipeline(name="Renewals"))


def subscription_invoice() -> Any:
    from billing.models import SubscriptionInvoice

    now = timezone.now()
    amounts = dict.fromkeys(("subtotal", "tax", "total", "paid", "remaining"), 0)
    return SubscriptionInvoice.objects.create(
        ref=f"in_{uuid.uuid4().hex[:8]}",
        status="paid",
        currency="EUR",
        created_at=now,
        period_start=now,
        period_end=now,
        **amounts,
    )


def invoice(**facts: Any) -> Any:
    """A draft of whoever owns the account."""
    from invoicing.models import Invoice

    return Invoice.objects.create(
        company=company(), author=_somebody(), currency="EUR", recipient="Fjord & Co", **facts
    )


def sent_invoice(number: str = "") -> Any:
    now = timezone.now()
    amounts = dict.fromkeys(("net", "gross"), 100)
    number = number or f"N{uuid.uuid4().hex[:8]}"
    return invoice(status="sent", number=number, sent_at=now, issued_on=now.date(), due_on=now.date(), **amounts)


def invoice_payment() -> Any:
    from invoicing.models import Invoice, InvoicePayment

    paid = sent_invoice()
    Invoice.objects.filter(pk=paid.pk).update(paid=40)
    return InvoicePayment.objects.create(invoice=paid, amount=40, received_on=timezone.localdate())


def project() -> Any:
    from timetracking.models import Project

    return Project.objects.create(name="Website")


def project_member() -> Any:
    from timetracking.models import ProjectMember

    return ProjectMember.objects.create(project=project(), person=_somebody())


def project_template() -> Any:
    from timetracking.models import ProjectTemplate

    return ProjectTemplate.objects.create(name=f"Website {uuid.uuid4().hex[:8]}")


def task() -> Any:
    from timetracking.models import Task

    return Task.objects.create(project=project(), name="Design")


def entry() -> Any:
    from timetracking.models import TimeEntry

    return TimeEntry.objects.create(
        project=project(), person=_somebody(), day=timezone.localdate(), minutes=30, note="Sketches"
    )


def timesheet() -> Any:
    """What whoever owns the account has submitted of this month."""
    from timetracking.models import Timesheet

    today = timezone.localdate()
    facts = {"state": "submitted", "submitted_at": timezone.now(), "last_day": today}
    return Timesheet.objects.get_or_create(person=_somebody(), first_day=today, defaults=facts)[0]


def delegation() -> Any:
    """Who approves in the place of whoever owns the account."""
    from timetracking.models import Delegation

    today = timezone.localdate()
    return Delegation.objects.create(person=_somebody(), delegate=member(), first_day=today, last_day=today)


def _somebody() -> Any:
    from accounts.models import Membership
    from tenancy.context import current_account_id

    return Membership.objects.filter(account_id=current_account_id(), role="owner").get()


def api_key() -> Any:
    from accounts.actions import create_api_key

    return create_api_key(_somebody(), name="Nightly", scopes=["crm:read"], days=30)[0]


def webhook() -> Any:
    """Somebody outside, on the register and switched off."""
    from accounts.models import WebhookRecipient
    from accounts.webhooks import actions

    facts = {"purpose": "Books", "country": "DK", "topics": ["contacts"], "url": "https://books.example/candor"}
    return actions.enter(WebhookRecipient(name=f"Books {uuid.uuid4().hex[:8]}", **facts))[0]


def webhook_on() -> Any:
    from accounts.webhooks import actions

    recipient = webhook()
    actions.switch_on(recipient)
    return recipient


def webhook_message() -> Any:
    """A test event on its way to somebody who is switched on."""
    from accounts.webhooks import actions

    return actions.send_test(webhook_on())


def in_bin() -> dict[str, Any]:
    return {"deleted_at": timezone.now()}


def contact_import() -> Any:
    from crm.imports import job

    return job.upload(io.BytesIO(b"First name;E-mail\nMaren;maren@x.example\n"), name="people.csv", by=_somebody())


def hours_import() -> Any:
    from timetracking.imports.job import steps

    file = io.BytesIO(b"Date,Project,Hours,User\n2026-11-20,Website,1.5,Maren\n")
    return steps.upload(file, name="hours.csv", by=_somebody())


def saved_view() -> Any:
    """A view that whoever owns the account shares."""
    from crm.models import SavedView

    return SavedView.objects.create(kind="contacts", name="Clients", owner=_somebody(), is_shared=True)


def kept_report() -> Any:
    """A report that whoever owns the account shares."""
    from crm.models import SavedView

    return SavedView.objects.create(kind="reports", name="Last month", owner=_somebody(), is_shared=True)


def bulk_edit() -> Any:
    """A change of one contact, done."""
    from crm.bulk import work
    from crm.bulk.chosen import Chosen
    from crm.listing.kinds import CONTACTS

    chosen = Chosen(CONTACTS, _somebody(), {}, [str(contact(owner=_somebody()).public_id)])
    return work.start(chosen, what="add_tag", value={"tag": "client"}, words="Tag added: client")


def list_export() -> Any:
    """A list of contacts that whoever owns the account took along."""
    from crm.listing import export
    from crm.listing.kinds import CONTACTS

    return export.start(CONTACTS, by=_somebody(), asked={}, columns=[], form="csv")


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


def notice() -> Any:
    """Something behind the bell of whoever owns the account."""
    from accounts.models import BellNotice

    return BellNotice.objects.create(member=_somebody(), kind="mention", record_id=uuid.uuid4())


def ticket() -> Any:
    """What whoever owns the account asked us."""
    from privacy.support_access.actions import open_ticket
    from privacy.support_access.models import Topic

    owner = _somebody()
    return open_ticket(Topic.HELP, "It won’t print.", subject="Printing", email=owner.user.email, member=owner)


def ticket_file() -> Any:
    """A picture beside that."""
    from accounts.files.stored import store
    from privacy.support_access.models import TicketFile
    from privacy.support_access.stored_files import TICKET_FILE

    file = store([picture()], purpose=TICKET_FILE, name="screen.png")
    facts = {"account": file.account, "file": file.public_id, "media_type": file.media_type, "size": file.size}
    return TicketFile.objects.create(message=ticket().messages.get(), **facts)


def grant(record: Any = None) -> Any:
    """What somebody of support asks to see of the account."""
    from accounts.models import User
    from privacy.support_access import granting
    from privacy.support_access.kinds import Named

    named = Named("crm.contact", (record or contact()).public_id)
    staff = User.objects.create_user(f"{uuid.uuid4().hex}@candor.example", is_staff=True)
    facts = {"unmasked": ["crm.contact.email"], "minutes": 60, "reason": "It won’t print", "by": staff}
    return granting.ask(ticket(), [named], **facts)


def suggestion() -> Any:
    """Another value that support proposes after a look."""
    from privacy.support_access.models import Look, Suggestion

    asked = grant()
    facts = {"grant": asked, "account": asked.account, "staff": asked.staff, "record": asked.records[0]}
    look = Look.objects.create(**facts, event=uuid.uuid4(), shown_at=timezone.now())
    return Suggestion.objects.create(look=look, account=asked.account, field="title", value="Director", why="Typo")


def time_off() -> Any:
    """Days off of whoever owns the account."""
    from timetracking.models import TimeOff

    today = timezone.localdate()
    return TimeOff.objects.create(person=_somebody(), type=time_off_type(), first_day=today, last_day=today)


def time_off_type() -> Any:
    from timetracking.models import TimeOffType

    return TimeOffType.objects.create(name=f"Leave {uuid.uuid4().hex[:8]}")


def working_time() -> Any:
    from timetracking.models import WorkingTime

    return WorkingTime.objects.create(starts_on=timezone.localdate(), country="DK")


def special_day() -> Any:
    from timetracking.models import SpecialDay

    return SpecialDay.objects.create(day=timezone.localdate(), name="Inventory")


def expense(**facts: Any) -> Any:
    """What whoever owns the account spent, with its receipt."""
    from accounts.files.stored import store
    from timetracking.models import Expense, ExpenseCategory
    from timetracking.stored_files import RECEIPT

    kind, _ = ExpenseCategory.objects.get_or_create(name="Travel")
    receipt = store([picture()], purpose=RECEIPT, name="ticket.png")
    day = timezone.localdate()
    return Expense.objects.create(
        person=_somebody(), category=kind, day=day, amount=12, currency="EUR", receipt=receipt, **facts
    )


def late_receipt() -> Any:
    """A receipt of a locked day that another took the place of."""
    from timetracking.models import LateEdit

    paid = expense()
    kept = {"person": paid.person, "by": paid.person, "day": paid.day, "entry": paid.public_id, "reason": "By post"}
    return LateEdit.objects.create(former_receipt=paid.receipt, **kept)


def expense_category() -> Any:
    from timetracking.models import ExpenseCategory

    return ExpenseCategory.objects.create(name=f"Parking {uuid.uuid4().hex[:8]}")


def archive() -> Any:
    """An archive of the whole account, ready to be fetched."""
    from accounts.files.stored import store
    from privacy.exports.models import Export
    from privacy.exports.stored_files import ARCHIVE

    file = store([b"PK\x05\x06" + bytes(18)], purpose=ARCHIVE, name="acme.zip")
    return Export.objects.create(by=_somebody(), state=Export.State.READY, file=file, finished_at=timezone.now())


def waiting_archive() -> Any:
    """One of a contact, whose texts wait to be read."""
    from privacy.exports.models import Export

    state, scope = Export.State.REVIEW, Export.Scope.CONTACT
    return Export.objects.create(by=_somebody(), state=state, scope=scope, about=contact().public_id)


def arrived_archive() -> Any:
    """One that was checked, and waits for an owner's decision."""
    from accounts.files.stored import store
    from privacy.exports.models import ArchiveImport
    from privacy.exports.stored_files import ARRIVED

    file = store([b"PK\x05\x06" + bytes(18)], purpose=ARRIVED, name="acme.zip")
    plan = {"account": {"slug": "acme", "name": "Acme"}, "rows": {}, "behind": {}}
    return ArchiveImport.objects.create(by=_somebody(), state=ArchiveImport.State.CHECKED, file=file, plan=plan)


def privacy_request() -> Any:
    """What a contact asked the firm about their own data."""
    from privacy.rights.models import FirmRequest

    facts = {"kind": "access", "channel": "mail", "name": "Maren Holm", "email": "maren@x.example"}
    return FirmRequest.objects.create(**facts)


def own_privacy_request() -> Any:
    """What whoever owns the account asked us about their own data."""
    from privacy.rights import intake
    from privacy.rights.models import Channel, Kind

    user = _somebody().user
    facts = {"population": "holder", "channel": Channel.APP, "email": user.email, "name": str(user)}
    return intake.open_request(Kind.ACCESS, **facts, user=user)


def consent() -> Any:
    """What whoever owns the account said about mail."""
    from accounts.models import Consent

    return Consent.objects.create(
        user=_somebody().user, purpose="news", is_given=True, wording="News", source="/trial/"
    )


RECORDS: dict[str, Callable[[], Any]] = {
    "rights:request": privacy_request,
    "rights:my_request_stop": own_privacy_request,
    "rights:consent_receipt": consent,
    "rights:contact_held": contact,
    "accounts:audit_check": log_check,
    "accounts:logo": logo,
    "accounts:notice_open": notice,
    "accounts:person": member,
    "accounts:ownership_offer": member,
    "accounts:invitation_": invitation,
    "accounts:audit_event": event,
    "accounts:audit_export": log_export,
    "deletion:contact_erase": contact,
    "deletion:member_erase": member,
    "exports:export": archive,
    "exports:export_review": waiting_archive,
    "exports:archive_import": arrived_archive,
    "accounts:key_revoke": api_key,
    "accounts:webhook": webhook,
    "accounts:webhook_test": webhook_on,
    "accounts:webhook_again": webhook_message,
    "help:ticket": ticket,
    "help:ticket_file": ticket_file,
    "help:grant": grant,
    "help:suggestion": suggestion,
    "help:record": contact,
    "crm:contact": contact,
    "crm:contact_restore": lambda: contact(**in_bin()),
    "crm:company": company,
    "crm:view_": saved_view,
    "timetracking:report_forget": kept_report,
    "crm:bulk_": bulk_edit,
    "crm:export": list_export,
    "crm:company_restore": lambda: company(**in_bin()),
    "crm:activity": activity,
    "crm:activity_restore": lambda: activity(**in_bin()),
    "crm:mail": mail,
    "crm:mail_restore": lambda: mail(**in_bin()),
    "crm:mail_attachment": mail_attachment,
    "crm:note": note,
    "crm:note_restore": lambda: note(**in_bin()),
    "fields:": own_field,
    "fields:field_restore": archived_field,
    "fields:field_delete": archived_field,
    "crm:deal": deal,
    "crm:pipeline": pipeline,
    "crm:stage_remove": lambda: pipeline().stages.get(name="Lead"),
    "crm:deal_restore": lambda: deal(**in_bin()),
    "imports:": contact_import,
    "timetracking:hours_import": hours_import,
    "timetracking:project": project,
    "timetracking:task": task,
    "timetracking:task_add": project,
    "timetracking:team_add": project,
    "timetracking:team_member": project_member,
    "timetracking:template": project_template,
    "timetracking:entry": entry,
    "timetracking:cell_entry": entry,
    "timetracking:timer_resume": entry,
    "timetracking:expense": expense,
    "timetracking:expense_restore": lambda: expense(**in_bin()),
    "timetracking:expense_category": expense_category,
    "timetracking:late_receipt": late_receipt,
    "timetracking:time_off_": time_off,
    "timetracking:time_off_type": time_off_type,
    "timetracking:working_time": working_time,
    "timetracking:firm_day": special_day,
    "timetracking:sheet": timesheet,
    "timetracking:delegation_end": delegation,
    "invoicing:invoice": invoice,
    "invoicing:invoice_void": sent_invoice,
    "invoicing:payment_add": sent_invoice,
    "invoicing:payment_delete": invoice_payment,
    "billing:invoice": subscription_invoice,
}

# What only its own person may reach, besides those who may do so for others: a colleague's is not there.
OWN = {
    "timetracking:entry_": "time.log_for_others",
    "timetracking:cell_entry_edit": "time.log_for_others",
    "timetracking:expense_delete": "expense.edit_all",
    "timetracking:expense_restore": "expense.edit_all",
    "timetracking:expense_category": "time.settings",
    "timetracking:expense": "expense.view_all",
    "timetracking:late_receipt": "expense.view_all",
    "timetracking:time_off_edit": "timeoff.edit_all",
    "timetracking:time_off_delete": "timeoff.edit_all",
    "timetracking:time_off_answer": "timeoff.edit_all",
    "accounts:key_revoke": "api_key.manage",
    "accounts:notice_open": "people.own",
    "crm:mail": "people.own",
    "timetracking:timer_resume": "people.own",
    "timetracking:sheet": "time.view_all",
    "timetracking:delegation_end": "people.own",
    "crm:note_edit": "note.edit_all",
    "crm:note_delete": "note.edit_all",
    "crm:note_restore": "note.edit_all",
    "help:ticket": "help.view_all",
    "rights:my_request_stop": "people.own",
    "rights:consent_receipt": "people.own",
    "crm:view_": "view.share",
    "timetracking:report_forget": "view.share",
    "crm:export": "people.own",
}

# What an address takes that is no record.
WORDS: dict[str, Any] = {"step": "acknowledge", "records": "contacts", "fact": "note", "kind": "crm.contact"}

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
