"""The pages of activities: planned, found on their day, done by one click, taken back, binned."""

from datetime import date, time, timedelta

import pytest

from audit.models import Event
from crm.models import Activity, Contact, Deal, Stage
from tests.crm.activities.conftest import TODAY
from tests.promises import promise
from tests.statements import assert_same_statements

URL = "/a/acme/activities/"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


def page_of(record):
    return f"{URL}{record.public_id}/"


def test_each_tab_has_its_days(browser, noon, plan):
    plan("Late", due_on=YESTERDAY)
    plan("Now", due_on=TODAY)
    plan("Tonight", due_on=TODAY, due_time=time(23, 30))
    plan("Soon", due_on=TOMORROW)
    plan("Some day")
    # In Auckland it is Monday half past ten already: on Bob's clock that is today.
    plan("Far", due_on=TOMORROW, due_time=time(10, 30), time_zone="Pacific/Auckland")
    tabs = {"": {"Now", "Tonight", "Far"}, "overdue/": {"Late"}, "upcoming/": {"Soon", "Some day"}, "done/": set()}
    for tab, expected in tabs.items():
        page = browser.get(URL + tab).content.decode()
        shown = {word for word in ("Late", "Now", "Tonight", "Soon", "Some day", "Far") if f">{word}</a>" in page}
        assert shown == expected, tab
    assert "22:30" in browser.get(URL).content.decode()


def test_a_list_asks_no_more_for_more_rows(browser, noon, plan, maren, tidewater):
    def more():
        for _ in range(5):
            plan(due_on=TODAY, contact=maren, company=tidewater)

    more()
    assert_same_statements(browser, URL, more)


def test_one_is_planned_about_somebody_and_found_on_their_page(browser, acme, inside, maren, bob, member_of):
    form = browser.get(f"{URL}new/?contact={maren.public_id}").content.decode()
    assert f'value="{maren.public_id}"' in form
    typed = {"kind": "call", "subject": "Ask about the loans", "due_on": "2026-12-01", "due_time": "15:00",
             "contact": str(maren.public_id), "remind": "10", "owner": str(member_of(bob).public_id)}  # fmt: skip
    assert browser.post(f"{URL}new/", typed).status_code == 302
    with inside(acme):
        call = Activity.objects.get()
        assert (call.contact_id, call.owner.user.first_name, call.time_zone) == (maren.pk, "Bob", "Europe/Copenhagen")
        assert str(call.due_at) == "2026-12-01 14:00:00+00:00"
        assert str(call.remind_at) == "2026-12-01 13:50:00+00:00"
        assert Event.objects.filter(kind="activity.created").count() == 1
    assert "Ask about the loans" in browser.get(f"/a/acme/contacts/{maren.public_id}/").content.decode()
    assert "Maren Holt" in browser.get(page_of(call)).content.decode()
    assert "Ask about the loans" in browser.get("/a/acme/search/?q=loans").content.decode()


def test_what_it_is_about_is_typed_by_name(browser, acme, inside, maren, tidewater):
    typed = {"kind": "task", "subject": "Send the quote", "about": "maren holt"}
    assert browser.post(f"{URL}new/", typed).status_code == 302
    with inside(acme):
        assert Activity.objects.get().contact_id == maren.pk
        Contact.objects.create(first_name="Maren", last_name="Holt")
        from crm.search import reindex

        reindex(list(Contact.objects.select_related("company")))
    page = browser.post(f"{URL}new/", typed)
    assert page.status_code == 422
    assert "Which one?" in page.content.decode()
    assert browser.post(f"{URL}new/", {**typed, "about": "Nobody such"}).status_code == 422


def test_a_call_is_logged_as_done(browser, acme, inside, maren, bob, member_of):
    typed = {
        "owner": str(member_of(bob).public_id),
        "kind": "call",
        "subject": "Loans",
        "outcome": "She agrees",
        "done": "1",
        "contact": str(maren.public_id),
    }
    browser.post(f"{URL}new/", typed)
    with inside(acme):
        call = Activity.objects.get()
        assert call.is_done and call.done_by.user.first_name == "Bob"
        assert Event.objects.filter(kind="activity.logged").exists()
    assert "She agrees" in browser.get(f"{URL}done/").content.decode()


def test_what_was_done_on_another_day_is_logged_there_and_not_before_it_comes(browser, acme, inside, noon):
    typed = {"kind": "call", "subject": "Loans", "done": "1"}
    assert browser.post(f"{URL}new/", {**typed, "due_on": str(TOMORROW)}).status_code == 422
    assert browser.post(f"{URL}new/", {**typed, "due_on": str(TODAY), "due_time": "13:00"}).status_code == 422
    for day, clock in ((YESTERDAY, "16:40"), (YESTERDAY, ""), (TODAY, "")):
        assert browser.post(f"{URL}new/", {**typed, "due_on": str(day), "due_time": clock}).status_code == 302
    with inside(acme):
        found = [str(each.done_at)[:16] for each in Activity.objects.order_by("id")]
    assert found == ["2026-11-21 15:40", "2026-11-21 11:00", "2026-11-22 11:00"]


def test_it_is_done_by_one_click_and_taken_back_by_another(browser, acme, inside, noon, plan):
    task = plan(due_on=TODAY)
    row = browser.post(page_of(task) + "complete/", headers={"HX-Request": "true"})
    assert row["HX-Retarget"] == f"#activity-{task.public_id}"
    assert f"{page_of(task)}reopen/" in row["HX-Trigger"]
    assert 'aria-pressed="true"' in row.content.decode()
    browser.post(page_of(task) + "complete/")
    with inside(acme):
        assert Event.objects.filter(kind="activity.completed").count() == 1
    assert browser.post(page_of(task) + "reopen/", {"back": URL}).url == URL
    with inside(acme):
        assert not Activity.objects.get().is_done


def test_a_form_leads_nowhere_else(browser, plan):
    task = plan()
    for back in ("https://evil.example/", "//evil.example/", "/a/globex/", "/a/acme/\\evil.example"):
        answer = browser.post(page_of(task) + "complete/", {"back": back})
        assert answer.status_code == 404 or answer.url.startswith("/a/acme/")


@promise(79)
def test_two_who_change_the_same_both_see_both_values(browser, acme, inside, plan):
    task = plan(due_on=date(2026, 12, 1))
    typed = {"kind": "task", "subject": "Send it", "due_on": "2026-12-01", "version": "1"}
    assert browser.post(page_of(task) + "edit/", typed).status_code == 302
    late = browser.post(page_of(task) + "edit/", {**typed, "subject": "Drop it"})
    assert late.status_code == 409
    assert "Send it" in late.content.decode() and "Drop it" in late.content.decode()
    with inside(acme):
        assert Activity.objects.get().subject == "Send it"


def test_it_lies_in_the_bin_and_comes_back(browser, acme, inside, plan, open_ones):
    task = plan()
    browser.post(page_of(task) + "delete/")
    assert open_ones() == []
    assert browser.get(page_of(task) + "edit/").status_code == 404
    browser.post(page_of(task) + "restore/")
    assert len(open_ones()) == 1


def test_who_sees_own_records_only_sees_neither_theirs_nor_whom_they_are_about(
    browser, plan, alice, member_of, only_own, edith, noon
):
    theirs = plan("Secret plan", owner=member_of(alice), due_on=TODAY)
    mine = plan("My plan", due_on=TODAY, contact=edith)
    page = browser.get(f"{URL}?owner=everybody").content.decode()
    assert "My plan" in page and "Secret plan" not in page and "Edith" not in page
    assert browser.get(page_of(theirs)).status_code == 404
    assert browser.post(page_of(theirs) + "complete/").status_code == 404
    assert "Edith" not in browser.get(page_of(mine) + "edit/").content.decode()
    typed = {"kind": "task", "subject": "My plan too", "version": mine.version}
    browser.post(page_of(mine) + "edit/", typed)
    assert "My plan too" in browser.get(f"{URL}upcoming/").content.decode()


def test_mallory_and_carol_are_turned_away(client, mallory, globex, carol, plan):
    task = plan()
    client.force_login(mallory)
    assert client.get(page_of(task)).status_code == 404
    assert client.get(page_of(task).replace("acme", "globex")).status_code == 404
    client.force_login(carol)
    assert client.get(page_of(task)).status_code == 200
    assert client.post(page_of(task) + "complete/").status_code == 403


def test_what_was_done_stands_in_the_timeline_of_all_it_is_about(
    browser, acme, inside, plan, maren, edith, tidewater, bob, member_of
):
    from crm.activities.actions import log

    with inside(acme):
        log(Activity(kind="call", subject="Loans", outcome="She agrees", contact=maren, minutes=12), by=member_of(bob))
    for path, is_there in (
        (f"contacts/{maren.public_id}/", True),
        (f"companies/{tidewater.public_id}/", True),
        (f"contacts/{edith.public_id}/", False),
    ):
        words = " ".join(browser.get(f"/a/acme/{path}").content.decode().split())
        assert ("Bob Reyes</b> called:" in words and "She agrees" in words) is is_there


def test_home_has_todays_and_overdue_ones_of_the_member(browser, noon, plan, alice, member_of):
    plan("Late", due_on=YESTERDAY)
    plan("Now", due_on=TODAY)
    plan("Soon", due_on=TOMORROW)
    plan("Hers", due_on=TODAY, owner=member_of(alice))
    page = " ".join(browser.get("/a/acme/").content.decode().split())
    assert "2 open, 1 overdue" in page
    assert page.index("Late</a>") < page.index("Now</a>")
    assert "Soon" not in page and "Hers" not in page


def test_a_board_of_deals_asks_once_for_their_next_steps(
    acme, inside, noon, plan, bob, member_of, django_assert_num_queries
):
    from crm.activities.queries import next_for
    from crm.models import Pipeline

    with inside(acme):
        stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="New"), name="Offer")
        names = ("late", "now", "soon", "some day", "nothing")
        deals = {name: Deal.objects.create(name=name, stage=stage) for name in names}
        Activity.objects.create(subject="Done", deal=deals["nothing"], done_at="2026-11-01T00:00Z")
        for name, day in (("late", YESTERDAY), ("now", TODAY), ("soon", TOMORROW), ("some day", None)):
            Activity.objects.create(subject="Later", deal=deals[name], due_on=TODAY + timedelta(days=9))
            Activity.objects.create(subject="Step", deal=deals[name], due_on=day)
        Activity.objects.filter(deal=deals["some day"], due_on__isnull=False).delete()
        reader = member_of(bob)
        with django_assert_num_queries(1):
            found = next_for(deals.values(), reader)
    states = {name: found[deal.pk].state for name, deal in deals.items()}
    assert states == {"late": "overdue", "now": "today", "soon": "planned", "some day": "planned", "nothing": "none"}
    assert found[deals["soon"].pk].day == TOMORROW


def test_a_colleagues_activity_is_no_next_step_to_who_sees_only_their_own(
    acme, inside, noon, alice, bob, member_of, client
):
    with inside(acme):
        stage = Stage.objects.in_order().first()
        deal = Deal.objects.create(name="Brochure", stage=stage, owner=member_of(bob))
        Activity.objects.create(subject="Hers", deal=deal, due_on=YESTERDAY, owner=member_of(alice))
    client.force_login(bob)
    pages = (
        "/a/acme/deals/?look=list&columns=next",
        "/a/acme/deals/?look=board",
        "/a/acme/deals/?next=overdue&look=list",
    )
    assert all(b"Late since" in client.get(page).content for page in pages)
    member = member_of(bob)
    member.sees_only_own_records = True
    member.save()
    assert not any(b"Late since" in client.get(page).content for page in pages)
    assert b"Brochure" in client.get("/a/acme/deals/?next=none&look=list").content
