"""Expenses: entered, measured, listed with totals, locked with their days, deleted and brought back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership, StoredFile
from audit.models import Event
from tests.house.samples import picture
from tests.timetracking.statements import asked
from timetracking.expenses import actions
from timetracking.models import Expense, ExpenseCategory, LateEdit, TimeSettings, Timesheet, work_value

URL, NEW = "/a/acme/expenses/", "/a/acme/expenses/new/"


@pytest.fixture
def page(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def made_approver(acme, bobs, inside, carol):
    """Carol, a member, who approves Bob's hours."""
    with inside(acme):
        Membership.objects.filter(user=carol).update(role="member")
        carols = Membership.objects.select_related("user").get(user=carol)
        TimeSettings.objects.create(approval="manager")
        Membership.objects.filter(pk=bobs.pk).update(manager=carols)
    return carols


def text(response):
    return " ".join(response.content.decode().split())


def one(acme, inside):
    with inside(acme):
        return Expense.objects.with_names().get()


def test_an_expense_for_a_project(page, kinds, website, design, acme, inside):
    sent = {"category": kinds["Travel"], "day": "2026-11-17", "amount": "119,00", "tax": "19,0", "billable": "on"}
    sent |= {"work": work_value(website, design), "note": "Train to Malmö"}
    assert page.post(NEW, sent).status_code == 302
    found = one(acme, inside)
    assert (found.amount, found.tax, found.currency, found.project, found.task) == (119, 19, "EUR", website, design)
    assert found.billable and not found.reimbursable
    assert "Train to Malmö" in text(page.get(URL)) and "Tidewater Museum" in text(page.get(URL))
    changed = {**sent, "amount": "99", "version": 1}
    assert page.post(f"{URL}{found.public_id}/", changed).status_code == 302
    assert page.post(f"{URL}{found.public_id}/", changed | {"amount": "98"}).status_code == 409
    assert one(acme, inside).amount == 99


def test_mileage_is_worth_its_rate(page, kinds, acme, inside):
    drive = {"category": kinds["Mileage"], "day": "2026-11-17", "distance": "12.5"}
    assert page.post(NEW, drive).status_code == 302
    found = one(acme, inside)
    assert (found.amount, found.unit, found.rate) == (Decimal("4.75"), "km", Decimal("0.38"))
    with inside(acme):
        ExpenseCategory.objects.filter(name="Mileage").update(rate="0.50")
    assert page.post(f"{URL}{found.public_id}/", drive | {"note": "Site", "version": 1}).status_code == 302
    assert one(acme, inside).amount == Decimal("4.75")  # as far as before: as before
    page.post(f"{URL}{found.public_id}/", drive | {"distance": "20", "version": 2})
    assert one(acme, inside).amount == 10
    with inside(acme):
        ExpenseCategory.objects.filter(name="Mileage").update(rate=None)
    assert "set the rate of this kind" in text(page.post(NEW, drive))


def test_a_client_is_found_by_name_and_no_list_holds_them_all(page, kinds, museum, acme, inside):
    asked = text(page.get(NEW))
    assert "Tidewater Museum" not in asked and kinds["Mileage"] in asked.split('data-distances="')[1].split('"')[0]
    sent = {"category": kinds["Meals"], "day": "2026-11-17", "amount": "8", "company": "tidewater  museum"}
    assert page.post(NEW, sent).status_code == 302
    found = one(acme, inside)
    assert found.company == museum and 'value="Tidewater Museum"' in text(page.get(f"{URL}{found.public_id}/"))
    assert page.post(f"{URL}{found.public_id}/", sent | {"company": "", "version": 1}).status_code == 302
    assert one(acme, inside).company is None


def test_what_is_typed_wrong_is_said(page, kinds, website, museum, acme, inside):
    right = {"category": kinds["Meals"], "day": "2026-11-17", "amount": "10"}
    for wrong, words in (
        ({"amount": ""}, "Say how much it was"),
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "-5"}, "more than nothing"),
        ({"tax": "11"}, "part of the amount"),
        ({"category": kinds["Mileage"], "distance": ""}, "Say how far it was"),
        ({"work": work_value(website, None), "company": str(museum)}, "Choose one of the two"),
        ({"company": "Nobody AB"}, "There is no company of this name"),
        ({"currency": "DEM"}, "DEM” is not one of the choices"),
        ({"day": "soon"}, "day"),
    ):
        answer = page.post(NEW, right | wrong)
        assert (answer.status_code, words in text(answer)) == (422, True), words
    with inside(acme):
        assert not Expense.objects.exists()


def test_the_list_sums_by_currency_filters_and_exports(page, spend, alices, kinds):
    spend(10, note="Taxi", billable=True)
    spend("5.50", note="=HYPERLINK(1)")
    spend(7, currency="DKK", day="2026-10-01")
    spend(1000, person=alices, note="Secret")
    shown = text(page.get(URL))
    assert "€15.50" in shown and "Secret" not in shown and "DKK" in shown
    assert "Taxi" not in text(page.get(f"{URL}?q=hyper")) and "HYPERLINK" in text(page.get(f"{URL}?q=hyper"))
    assert "€10.00" in text(page.get(f"{URL}?what=billable")) and "€15.50" not in text(page.get(f"{URL}?what=billable"))
    for nothing in ("first=2027-01-01", f"person={alices.public_id}", "category=zebra"):
        assert "No expenses match" in text(page.get(f"{URL}?{nothing}"))
    lines = page.get(f"{URL}export/?what=").getvalue().decode().splitlines()
    assert len(lines) == 1 + 3 and any("'=HYPERLINK(1)" in line for line in lines)


def test_submitted_days_refuse_expenses_too(page, spend, bobs, kinds, acme, inside):
    found = spend(10)
    with inside(acme):
        TimeSettings.objects.create(approval="manager")
        week = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 22)}
        Timesheet.objects.create(person=bobs, state="submitted", submitted_at=timezone.now(), **week)
    own = f"{URL}{found.public_id}/"
    new = {"category": kinds["Meals"], "day": "2026-11-18", "amount": "10"}
    assert "the expenses of these days are closed" in text(page.post(NEW, new))
    assert page.post(own, new | {"version": 1}).status_code == 422
    page.post(f"{own}delete/")
    assert "Submitted" in text(page.get(own)) and "Save expense" not in text(page.get(own))
    later = spend(5, day="2026-11-24")
    assert "the expenses of these days are closed" in text(page.post(f"{URL}{later.public_id}/", new | {"version": 1}))
    with inside(acme):
        assert Expense.objects.live().count() == 2 and Expense.objects.get(pk=later.pk).day == date(2026, 11, 24)


def test_a_late_expense_needs_a_reason_and_the_right_and_old_and_new_are_kept(
    client, alice, bob, carol, bobs, kinds, spend, acme, inside
):
    found, changes = spend(10, note="Taxi"), {"category": kinds["Meals"], "day": "2026-11-18", "amount": "12"}
    own, person = f"{URL}{found.public_id}/", {"person": bobs.public_id}
    with inside(acme):
        TimeSettings.objects.create(approval="manager")
        week = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 22)}
        sheet = Timesheet.objects.create(person=bobs, state="approved", decided_at=timezone.now(), **week)
    client.force_login(bob)
    for url, sent in ((NEW, changes), (own, changes | {"version": 1}), (f"{own}delete/", {})):
        assert client.post(url, sent | {"reason": "I forgot"}).status_code in (302, 422)
    client.force_login(alice)
    assert 'name="reason"' in text(client.get(own))
    assert client.post(own, changes | {"version": 1}).status_code == 422
    assert client.post(NEW, changes | person).status_code == 422
    assert client.post(f"{own}delete/").status_code == 302
    with inside(acme):
        assert not LateEdit.objects.exists() and Expense.objects.live().get().amount == 10
    receipt = SimpleUploadedFile("a.png", picture(), "image/png")
    why = {"reason": "The bill came by post"}
    assert client.post(own, changes | why | {"version": 1, "new_receipt": receipt}).status_code == 302
    with inside(acme):
        assert Timesheet.objects.get(pk=sheet.pk).state == "submitted"  # somebody has to look again
    other = SimpleUploadedFile("b.png", picture(), "image/png")
    assert client.post(own, changes | {"version": 2, "new_receipt": other}).status_code == 422  # why?
    other.seek(0)
    assert client.post(own, changes | why | {"version": 2, "new_receipt": other}).status_code == 302
    assert client.post(NEW, changes | person | why | {"note": "Lunch"}).status_code == 302
    assert client.post(f"{own}delete/", why).status_code == 302
    assert "Undo" not in text(client.get(URL))
    with inside(acme):
        kept = [(each.was, each.became, each.by.user) for each in LateEdit.objects.order_by("id")]
        assert kept == [
            ("€10.00 Travel Taxi", "€12.00 Meals", alice),
            ("€12.00 Meals", "€12.00 Meals", alice),
            ("nothing", "€12.00 Meals Lunch", alice),
            ("€12.00 Meals", "nothing", alice),
        ]
        assert {each.reason for each in LateEdit.objects.all()} == {"The bill came by post"}
        former = LateEdit.objects.exclude(former_receipt=None).get()
        assert (former.before["receipt"], former.after["receipt"]) == ("a.png", "b.png")
        assert former.former_receipt.name == "a.png" and StoredFile.objects.filter(name="b.png").exists()
    shown = text(client.get(f"/a/acme/time/sheets/{sheet.public_id}/"))
    link = f"/a/acme/expenses/late/{former.public_id}/receipt/"
    assert link in shown and client.get(link).headers["Content-Type"] == "image/png"
    client.force_login(carol)
    assert client.get(link).status_code in (403, 404)
    client.force_login(bob)
    assert client.get(link).status_code == 200
    assert "€10.00 Travel Taxi → €12.00 Meals" in shown and "The bill came by post" in shown


def test_deleted_ones_come_back_or_go_for_good_with_their_receipt(page, kinds, acme, inside):
    receipt = SimpleUploadedFile("a.png", picture(), "image/png")
    page.post(NEW, {"category": kinds["Meals"], "day": "2026-11-17", "amount": "8", "new_receipt": receipt})
    own = f"{URL}{one(acme, inside).public_id}/"
    page.post(f"{own}delete/")
    assert "Undo" in text(page.get(URL)) and page.get(own).status_code == 404
    page.post(f"{own}restore/")
    assert page.get(own).status_code == 200
    page.post(f"{own}delete/")
    with inside(acme):
        assert actions.purge() == 0
        Expense.objects.update(deleted_at=timezone.now() - timedelta(days=31))
        assert [actions.purge(), actions.purge()] == [1, 0]
        assert not StoredFile.objects.exists()


def test_nobody_changes_a_colleagues(page, spend, alices, alice, bobs, kinds, acme, inside):
    theirs = spend(9, person=alices)
    for end in ("", "delete/", "receipt/"):
        assert page.post(f"{URL}{theirs.public_id}/{end}").status_code in (404, 405)
    assert page.get(f"{NEW}?person={alices.public_id}").status_code == 403
    page.force_login(alice)
    sent = {"category": kinds["Meals"], "day": "2026-11-17", "amount": "8", "person": bobs.public_id}
    assert page.post(NEW, sent).status_code == 302
    with inside(acme):
        assert Expense.objects.of(bobs).count() == 1


def test_after_an_error_it_says_that_the_receipt_has_to_be_chosen_again(page, kinds):
    receipt = SimpleUploadedFile("a.png", picture(), "image/png")
    new = {"category": kinds["Meals"], "day": "2026-11-17", "amount": "", "new_receipt": receipt}
    assert "Choose the receipt again" in text(page.post(NEW, new))


def test_nothing_chosen_is_said_in_words(page):
    assert "---" not in text(page.get(NEW))


def test_who_takes_expenses_along_is_in_the_log(page, spend, acme, inside):
    spend(10)
    page.get(f"{URL}export/?what=billable")
    with inside(acme):
        assert Event.objects.filter(kind="expense.exported").count() == 1


def test_who_approves_the_days_opens_their_receipts(page, kinds, made_approver, acme, bobs, inside):
    receipt = SimpleUploadedFile("a.png", picture(), "image/png")
    page.post(NEW, {"category": kinds["Meals"], "day": "2026-11-17", "amount": "8", "new_receipt": receipt})
    file = f"{URL}{one(acme, inside).public_id}/receipt/"
    page.force_login(made_approver.user)
    assert page.get(file).status_code == 404  # not submitted yet
    with inside(acme):
        week = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 22)}
        sheet = Timesheet.objects.create(person=bobs, state="submitted", submitted_at=timezone.now(), **week)
    assert page.get(file).status_code == 200
    assert file in text(page.get(f"/a/acme/time/sheets/{sheet.public_id}/"))


def test_the_list_asks_no_more_for_more_expenses(page, spend, website):
    spend(1, project=website)
    page.get(URL)
    with_one = asked(lambda: page.get(URL))
    for amount in range(2, 8):
        spend(amount, project=website)
    assert asked(lambda: page.get(URL)) == with_one


def test_kinds_have_rates(page, alice, kinds, acme, inside):
    assert page.get("/a/acme/admin/time/expenses/").status_code == 403
    page.force_login(alice)
    url = "/a/acme/admin/time/expenses/"
    page.post(url, {"name": "Bicycle", "unit": "km", "rate": "0.05"})
    page.post(url, {"name": "Parking", "unit": "", "rate": "3"})
    with inside(acme):
        bicycle, parking = (ExpenseCategory.objects.get(name=name) for name in ("Bicycle", "Parking"))
        assert (bicycle.rate, parking.rate) == (Decimal("0.05"), None)
    page.post(f"{url}{parking.public_id}/archive/")
    page.get(url)
    assert "Parking" not in text(page.get(NEW)) and "Bicycle" in text(page.get(NEW))
    assert "with this name already" in text(page.post(url, {"name": "Meals"}))


def test_a_timesheet_shows_the_expenses_of_its_days(page, spend, bobs, alice, acme, inside):
    spend(12, note="Taxi")
    spend(13, note="Later", day="2026-11-24")
    with inside(acme):
        week = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 22)}
        sheet = Timesheet.objects.create(person=bobs, state="submitted", submitted_at=timezone.now(), **week)
    page.force_login(alice)
    shown = text(page.get(f"/a/acme/time/sheets/{sheet.public_id}/"))
    assert "Taxi" in shown and "€12.00" in shown and "Later" not in shown
