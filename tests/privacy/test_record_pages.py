"""Every page of a record says whether support looked at it, and leads to help with it."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

import audit
from accounts.jobs import Job
from audit.models import Event
from privacy.support_access import granting, kinds
from privacy.support_access.kinds import Named
from tests.house import samples
from tests.privacy.looks import member_of
from tests.promises import promise

MAKERS = {
    "accounts.webhookrecipient": samples.webhook,
    "crm.activity": samples.activity,
    "crm.company": samples.company,
    "crm.contact": samples.contact,
    "crm.customfield": samples.own_field,
    "crm.deal": samples.deal,
    "crm.mail": samples.mail,
    "crm.note": samples.note,
    "crm.pipeline": samples.pipeline,
    "invoicing.invoice": samples.invoice,
    "rights.firmrequest": samples.privacy_request,
    "timetracking.expense": samples.expense,
    "timetracking.project": samples.project,
    "timetracking.projecttemplate": samples.project_template,
    "timetracking.task": samples.task,
    "timetracking.timeentry": samples.entry,
    "timetracking.timesheet": samples.timesheet,
}
# Their names lead to the project and to the day; their own pages are where they are changed.
OWN_PAGES = {"timetracking.task": "timetracking:task_edit", "timetracking.timeentry": "timetracking:entry_edit"}


@promise(71)
def test_each_records_page_says_who_looked_and_leads_to_help(acme, alice, sam, inside):
    lookable = {kind for kind, model in kinds.kinds().items() if not issubclass(model, Job | Event)}
    assert lookable == set(MAKERS)
    owner, boss = Client(), member_of(acme, alice)
    owner.force_login(alice)
    for kind, make in MAKERS.items():
        with inside(acme):
            named = Named(kind, make().public_id)
            url = kinds.pages_for(boss, [named])[named]
        if kind in OWN_PAGES:
            url = reverse(OWN_PAGES[kind], args=["acme", named.public_id])
        page, help_ = owner.get(url).content.decode(), f"/a/acme/help/{kind}/{named.public_id}/"
        assert help_ in page and "Nobody of support looked" in page, kind
        assert str(named.public_id) in owner.get(help_).content.decode()  # the id, to quote
        with granting.activate(acme, actor=granting.staff_actor(sam)):
            for _ in range(2):
                audit.record("look.shown", kinds.in_log(named), data={"ticket": "T-100001"})
        assert "Viewed by support 2×" in owner.get(url).content.decode(), kind
