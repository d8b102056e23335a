"""Schemathesis sends what nobody thought of to every operation, as the description allows it and as it forbids it.

Every answer must be one that the description tells of, and never a 5xx. Each request finds the same account: what it
does is undone.
"""

import re
from collections import Counter
from collections.abc import Mapping
from io import BytesIO
from uuid import UUID
from zlib import crc32

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

from accounts.files.stored import store
from audit.models import Event
from config.api_urls import RESOURCES, description
from crm.imports import job as jobs
from crm.merging import actions as merging
from crm.merging.nouns import NOUNS
from crm.models import (
    Activity,
    Company,
    Contact,
    ContactConsent,
    ContactImport,
    CustomField,
    Deal,
    LostReason,
    Mail,
    Note,
    SavedView,
    Stage,
    Tag,
)
from invoicing.models import InvoiceLine
from privacy.exports.models import Export
from privacy.exports.stored_files import ARCHIVE
from tests.house.samples import invoice, invoice_payment, webhook_message
from timetracking.imports.job import steps as hours
from timetracking.models import (
    Delegation,
    Expense,
    ExpenseCategory,
    HoursImport,
    Project,
    ProjectMember,
    ProjectTemplate,
    Rate,
    SheetRow,
    SpecialDay,
    Task,
    TimeEntry,
    TimeOff,
    TimeOffType,
    TimeSettings,
    Timesheet,
    WorkingTime,
)
from timetracking.timer import actions

# What is right by the description may still be refused by a rule between records (422), or name one that is not there.
CONFIG = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": 5},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422"]},
        "negative_data_rejection": {"expected-statuses": ["400", "401", "404", "405", "406", "415", "422"]},
    },
}
OPERATIONS = [
    pytest.param(resource.name, f"{resource.one}_{verb}", id=f"{resource.one}_{verb}")
    for resource in RESOURCES
    for verb in resource.may
]


@pytest.fixture(scope="module")
def api():
    """The description, and the web server's way to what it describes. The connection is the test's and stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    loaded = schemathesis.openapi.from_dict(orjson.loads(description()), config=SchemathesisConfig.from_dict(CONFIG))
    loaded.app = get_wsgi_application()
    yield loaded
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def records(acme, alice, bob, inside, files_folder):
    """One record of each kind."""
    with inside(acme):
        member, bobs = (acme.memberships.get(user=user) for user in (alice, bob))
        TimeSettings.objects.create(approval="manager")
        company = Company.objects.create(name="Tidewater Museum")
        project = Project.objects.create(name="Website", company=company)
        stage, *_, empty = Stage.objects.select_related("pipeline").in_order()
        return {
            "companies": company,
            "contacts": Contact.objects.create(first_name="Maren", company=company),
            "deals": Deal.objects.create(name="Relaunch", company=company, stage=stage, owner=member),
            "pipelines": stage.pipeline,
            "stages": empty,
            "activities": Activity.objects.create(subject="Call", company=company, owner=member),
            "mails": a_mail(member, company),
            "consents": ContactConsent.objects.create(
                contact=Contact.objects.create(first_name="Nils"), permission="given", how="mail", said_on="2026-11-20"
            ),
            "saved-views": SavedView.objects.create(kind="contacts", name="All", owner=member),
            "saved-reports": SavedView.objects.create(kind="reports", name="All", owner=member),
            "imports": an_import(member),
            "hours-imports": an_import_of_hours(member),
            "exports": an_export(member),
            "merges": merging.merge(*two_of(Contact), by=member),
            "duplicates": company,
            "no-duplicates": merging.tell_apart(
                NOUNS["companies"], [each.public_id for each in companies_of("A", "B")], by=member
            )[0],
            "custom-fields": CustomField.objects.create(
                noun="deal", key="size", label="Size", kind="number", archived_at=acme.created_at
            ),
            "lost-reasons": LostReason.objects.first(),
            "notes": Note.objects.create(text="She likes it", company=company, author=member),
            "tags": Tag.objects.create(name="client", name_key="client"),
            "projects": project,
            "rates": Rate.objects.create(kind="bill", project=project, amount=90),
            "tasks": Task.objects.create(project=project, name="Copy"),
            "project-members": ProjectMember.objects.create(
                project=Project.objects.create(name="Poster"), person=member
            ),
            "project-templates": ProjectTemplate.objects.create(name="Website"),
            "sheet-rows": SheetRow.objects.create(person=member, project=project),
            "time-entries": TimeEntry.objects.create(project=project, person=member, day="2026-11-20", minutes=5),
            "timer": actions.start(member, project).timer,
            "expense-categories": ExpenseCategory.objects.first(),
            "expenses": Expense.objects.create(
                person=member, category=ExpenseCategory.objects.first(), day="2026-10-01", amount=5, currency="EUR"
            ),
            "time-off-types": TimeOffType.objects.first(),
            "time-off": TimeOff.objects.create(
                person=bobs,
                type=TimeOffType.objects.first(),
                first_day="2026-11-20",
                last_day="2026-11-20",
                state="requested",
            ),
            "working-times": WorkingTime.objects.create(starts_on="2026-11-01"),
            "special-days": SpecialDay.objects.create(day="2026-12-31", name="New Year’s Eve"),
            "delegations": Delegation.objects.create(
                person=member, delegate=bobs, first_day="2026-12-21", last_day="2026-12-31"
            ),
            "timesheets": Timesheet.objects.create(
                person=member, state="submitted", first_day="2026-11-09", last_day="2026-11-15"
            ),
            "invoices": (drafted := invoice()),
            "invoice-lines": InvoiceLine.objects.create(
                invoice=drafted, position=1, text="Work", quantity=1, unit_price=5, tax_rate=0, amount=5
            ),
            "invoice-payments": (payment := invoice_payment()),
            "sent invoice": payment.invoice,
            "members": member,
            "webhooks": (message := webhook_message()).recipient,
            "webhook-deliveries": message,
            "delegations' member": bobs,
            "contact-erasures": Contact.objects.create(first_name="Gone"),
            "member-erasures": member,
            "audit-events": Event.objects.first(),
            "other company": Company.objects.create(name="Tidewater Musem"),
            "other contact": Contact.objects.create(first_name="Maran", company=company),
        }


def an_export(member):
    file = store(iter([b"x"]), purpose=ARCHIVE, name="acme.zip", by=member)
    return Export.objects.create(by=member, account_id=member.account_id, state="ready", file=file)


def an_import(member):
    job = jobs.upload(BytesIO(b"First name,E-mail\nAda,ada@x.example\n"), name="people.csv", by=member)
    ContactImport.objects.filter(pk=job.pk).update(state="checked")
    return job


def an_import_of_hours(member):
    job = hours.upload(BytesIO(b"Date,Project,Hours\n2026-11-20,Website,1\n"), name="hours.csv", by=member)
    HoursImport.objects.filter(pk=job.pk).update(state="checked")
    return job


def companies_of(*names):
    return [Company.objects.create(name=name) for name in names]


def two_of(model):
    first, second = (model.objects.create(first_name=name) for name in ("Ida", "Ida"))
    return first, [second]


def a_mail(member, company):
    mail = Mail(member=member, company=company, subject="The plan")
    mail.set_body("Here it is.")
    mail.save()
    return mail


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_answer_is_one_of_those_described(api, alices, records, settings, name, operation):
    settings.API_REQUESTS_PER_MINUTE = 0
    ids = {each: str(record.public_id) for each, record in records.items()}
    known = {
        "id": ids.get(name), "client": ids["companies"], "tag": ids["tags"],
        "company": ids["companies"], "project": ids["projects"], "task": ids["tasks"],
        "owner": ids["members"], "person": ids["members"], "record": ids["audit-events"],
        "contact": ids["contacts"], "deal": ids["deals"], "stage": ids["stages"], "pipeline": ids["pipelines"],
        "webhook": ids["webhooks"],
        "type": ids["time-off-types"], "category": ids["expense-categories"], "delegate": ids["delegations' member"],
        "invoice": ids["sent invoice" if operation.startswith("invoice_payment") else "invoices"],
    }  # fmt: skip
    others = [ids.get(f"other {operation.partition('_')[0]}")]
    pair = [ids["contacts"], ids["other contact"]]
    answers = Counter()

    def ask(case):
        case.query.pop("cursor", None)  # what is no cursor of a list: test_lists
        for name in [name for name in case.query if name == "own" or name.startswith("custom.")]:
            del case.query[name]  # fields that the account has: test_own_fields
        if str(case.query.get("ordering", "")).removeprefix("-").startswith("custom."):
            del case.query["ordering"]
        if "If-Match" in case.headers:
            case.headers["If-Match"] = '"1"'  # what does not match: test_contacts
        for given in (case.path_parameters, case.query, case.body):
            use_known(given, known)
        use_what_the_account_has(case.body, others, pair)
        with transaction.atomic():
            response = case.call_and_validate(headers={"Authorization": f"Bearer {alices.key}"})
            transaction.set_rollback(True)
        answers[response.status_code] += 1

    # As @api.parametrize() does, which would work out all requests of all operations whenever tests are collected.
    ask_everything = build_operation_test(
        config=api.config,
        operation=api.find_operation_by_id(operation),
        test_func=ask,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    ask_everything()
    never = (
        "import_create",
        "import_undo",
        "hours_import_create",
        "hours_import_undo",
        "timesheet_reopen",
        "contact_erasure_erase",
        "member_erasure_erase",
        "invoice_send",
        "invoice_void",
        "invoice_payment_create",
    )  # what is no file, was not imported or previewed, is no draft: test_imports, test_erasures, tests/invoicing
    assert operation in never or any(status < 300 for status in answers), answers


def use_known(given, known):
    """Put our records' ids in the place of made up ones, mostly: what is not there has few answers."""
    if isinstance(given, Mapping):
        for name in known.keys() & given.keys():
            if is_id(given[name]) and crc32(given[name].encode()) % 5:
                given[name] = known[name]


def use_what_the_account_has(body, others, pair):
    """No fields of its own, no further companies or contacts, an address that is one, and others to merge.

    Of the rest tells test_further.
    """
    if not isinstance(body, Mapping):
        return
    if isinstance(body.get("custom"), Mapping):
        body["custom"] = {}
    if isinstance(body.get("company"), str) and re.fullmatch("[A-Z]{3}.*", str(body.get("currency")), re.DOTALL):
        body["currency"] = "EUR"
    if isinstance(body.get("category"), str):  # an expense is for a project or for a company, in money that there is
        if is_id(body.get("company")):
            del body["company"]
        if isinstance(body.get("amount"), Mapping) and re.fullmatch("[A-Z]{3}", str(body["amount"].get("currency"))):
            body["amount"]["currency"] = "EUR"
    for each in body["emails"] if isinstance(body.get("emails"), list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("email"), str) and len(each["email"]) <= 320:
            each["email"] = "maren@x.example"
    if isinstance(body.get("others"), list) and body["others"] and all(map(is_id, body["others"])):
        body["others"] = others if len(body["others"]) < 5 else body["others"]
        if isinstance(body.get("keep"), Mapping) and all(map(is_id, body["keep"].values())):
            body["keep"] = {}
    if isinstance(body.get("contacts"), list) and all(map(is_id, body["contacts"])):
        body["contacts"] = []
    records = body.get("records")
    if body.get("kind") in ("contact", "company") and isinstance(records, list) and len(records) == 2 == len(body):
        body.update({"kind": "contact", "records": pair} if all(map(is_id, records)) else {})
    companies = body.get("companies")
    if isinstance(companies, list) and len(companies) <= 20 and all(map(is_position, companies)):
        body["companies"] = []


def is_position(value):
    is_whole = isinstance(value, Mapping) and set(value) <= {"company", "title"} and is_id(value.get("company"))
    return is_whole and isinstance(value.get("title", ""), str) and len(value.get("title", "")) <= 300


def is_id(value):
    try:
        return str(UUID(value)) == value
    except (ValueError, TypeError, AttributeError):
        return False
