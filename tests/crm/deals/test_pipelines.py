"""Admin, Pipelines: stages changed, ordered and removed; pipelines added and archived; reasons for losing."""

import pytest

from audit.models import Event, Payload
from crm.deals import actions, pipelines
from crm.models import Deal, LostReason, Pipeline, Stage, StageMove

URL = "/a/acme/admin/pipelines/"


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def sales(acme, inside, stages):
    return stages["Lead"].pipeline


def form_of(pipeline, stages, **changed):
    form = {"name": pipeline.name, "version": pipeline.version}
    for stage in stages.values():
        form |= {f"{stage.public_id}-{name}": getattr(stage, name) for name in ("name", "probability", "stale_days")}
    return form | changed


def names(pipeline):
    return [stage.name for stage in pipeline.stages.standing().in_order()]


def test_every_firm_begins_with_one(acme, globex, inside):
    for firm in (acme, globex):
        with inside(firm):
            assert names(Pipeline.objects.get()) == ["Lead", "Qualified", "Proposal", "Negotiation"]
            assert LostReason.objects.count() == 5


def test_stages_are_changed_added_and_ordered(browser, acme, inside, sales, stages):
    page = f"{URL}{sales.public_id}/"
    lead = stages["Lead"].public_id
    new = {"new-name": "Signed", "new-probability": 95, "new-stale_days": 3}
    assert browser.post(page, form_of(sales, stages, **{f"{lead}-name": "Inquiry"}, **new)).status_code == 302
    browser.post(f"{page}shift/", {"up": stages["Proposal"].public_id})
    browser.post(f"{page}shift/", {"down": lead})
    with inside(acme):
        assert names(sales) == ["Proposal", "Inquiry", "Qualified", "Negotiation", "Signed"]
        event = Event.objects.get(kind="pipeline.changed")
        data = Payload.objects.get(event_id=event.pk).data
        assert data["changes"]["stages"][0].startswith("Lead 10 %, stale after 21 days; Qualified")
    assert "Inquiry" in browser.get(page).content.decode()
    stale = browser.post(page, form_of(sales, stages, name="Other"))
    assert stale.status_code == 409
    for wrong in ({f"{lead}-probability": 101}, {f"{lead}-name": ""}, {f"{lead}-stale_days": 0}, {"new-name": "X"}):
        form = form_of(sales, stages, **wrong, version=sales.version + 1)
        assert browser.post(page, form).status_code == 422


def test_a_stage_goes_when_its_deals_have_gone_elsewhere(browser, acme, alices, bobs, inside, add, sales, stages):
    first, second = add("Archive", "Lead", 100), add("Portal", "Lead", 50)
    with inside(acme):
        actions.win(second, "2026-11-20")
    page = f"/a/acme/admin/stages/{stages['Lead'].public_id}/remove/"
    assert "2 deals" in browser.get(page).content.decode()
    refused = browser.post(page, {})
    assert (refused.status_code, "Choose where they go" in refused.content.decode()) == (422, True)
    assert browser.post(page, {"to": stages["Proposal"].public_id}).status_code == 302
    with inside(acme):
        assert names(sales) == ["Qualified", "Proposal", "Negotiation"]
        assert {deal.stage.name for deal in Deal.objects.all()} == {"Proposal"}
        last = StageMove.objects.filter(deal=first).order_by("-id").first()
        assert (last.from_stage.name, last.to_stage.name, last.by) == ("Lead", "Proposal", alices)
        assert Event.objects.filter(kind="deal.moved").count() == 2
        moved = Deal.objects.get(pk=first.pk)
        assert (moved.version, moved.updated_at) == (first.version + 1, moved.moved_at)
    assert "from Lead" in browser.get(f"/a/acme/deals/{first.public_id}/").content.decode()
    assert browser.get(page).status_code == 404


def test_pipelines_are_added_shown_and_archived(browser, acme, inside, add, stages, sales):
    add("Archive", "Lead", 100)
    browser.post(f"{URL}new/", {"name": "Renewals"})
    with inside(acme):
        renewals = Pipeline.objects.get(name="Renewals")
        assert names(renewals) == ["Lead", "Qualified", "Proposal", "Negotiation"]
    words = browser.get("/a/acme/deals/").content.decode()
    assert "All pipelines" in words and "Archive" in words
    assert "Archive" not in browser.get(f"/a/acme/deals/?pipeline={renewals.public_id}").content.decode()
    assert browser.get("/a/acme/deals/?pipeline=all").content.decode().count("Archive") >= 1

    refused = browser.post(f"{URL}{sales.public_id}/archive/", follow=True)
    assert "still holds open deals" in refused.content.decode()
    with inside(acme):
        actions.win(Deal.objects.get(), "2026-11-20")
    browser.post(f"{URL}{sales.public_id}/archive/")
    only = browser.post(f"{URL}{renewals.public_id}/archive/", follow=True)
    assert "This is the only pipeline" in only.content.decode()
    with inside(acme):
        assert not Pipeline.objects.get(name="Sales").is_active
        assert {stage.pipeline.name for stage in Stage.objects.offered()} == {"Renewals"}
    found = browser.get(f"/a/acme/deals/?pipeline={sales.public_id}&status=all").content.decode()
    assert "Archive" in found  # what was won stays where it was
    browser.post(f"{URL}{sales.public_id}/archive/", {"restore": "1"})
    browser.post(f"{URL}{renewals.public_id}/shift/")
    with inside(acme):
        assert [pipeline.name for pipeline in Pipeline.objects.active().in_order()] == ["Renewals", "Sales"]


def test_a_stage_of_another_pipeline_shows_its_deals(browser, acme, inside, add, stages):
    add("Archive", "Lead", 100)
    with inside(acme):
        pipelines.create(Pipeline(name="Renewals"), stages=[("Due", 33, 5)])
        due = Stage.objects.get(name="Due")
        Deal.objects.create(name="Yearly", stage=due, currency="EUR")
    for look in ("board", "list"):
        words = browser.get(f"/a/acme/deals/?stage={due.public_id}&as={look}").content.decode()
        assert "Yearly" in words and "Archive" not in words, look


def test_reasons_for_losing(browser, acme, inside, add):
    deal = add("Archive", "Lead", 100)
    browser.post(URL, {"names": "Too dear\n\n too  dear\nNo time"})
    words = browser.get(f"/a/acme/deals/{deal.public_id}/lost/").content.decode()
    assert words.count("Too dear") >= 1 and "Went with somebody else" not in words
    with inside(acme):
        assert Event.objects.filter(kind="lost_reasons.changed").count() == 1
        assert [reason.name for reason in LostReason.objects.order_by("position")] == ["Too dear", "No time"]
    assert browser.post(URL, {"names": "\n".join(map(str, range(31)))}).status_code == 422


def test_only_admins_of_the_firm(client, acme, bob, globex, mallory, sales, stages):
    lead = stages["Lead"].public_id
    for person, status in ((bob, 403), (mallory, 404)):
        client.force_login(person)
        for path in (URL, f"{URL}{sales.public_id}/", f"/a/acme/admin/stages/{lead}/remove/"):
            assert client.get(path).status_code == status
    assert client.get(f"/a/globex/admin/pipelines/{sales.public_id}/").status_code == 404
    assert client.post(f"/a/globex/admin/stages/{lead}/remove/").status_code == 404
