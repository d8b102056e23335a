"""What becomes of activities when somebody leaves, a contact is erased, or two contacts are one."""

from crm.activities import actions
from crm.models import Activity
from datamap import Subject, entries_for, rows_about
from tests.crm.activities.conftest import TODAY


def test_open_ones_go_to_whom_the_dialog_names_and_done_ones_stay(
    client, acme, alice, bob, member_of, inside, plan, maren, tidewater
):
    open_one, done = plan("Open", due_on=TODAY), plan("Done")
    with inside(acme):
        actions.complete(done, by=member_of(bob))
    client.force_login(alice)
    url = f"/a/acme/admin/people/{member_of(bob).public_id}/deactivate/"
    assert "Open activities" in client.get(url).content.decode()
    answer = client.post(url, {"to": str(member_of(alice).public_id), "version": member_of(bob).version})
    assert answer.status_code == 302
    with inside(acme):
        owners = {each.subject: each.owner.user for each in Activity.objects.all()}
    assert owners == {"Open": alice, "Done": bob}
    assert "Alice Novak" in client.get(f"/a/acme/activities/{open_one.public_id}/").content.decode()


def test_what_is_about_a_contact_is_told_of_them_and_goes_with_them(acme, inside, plan, maren, edith):
    plan("About Maren", contact=maren)
    plan("About Edith", contact=edith)
    with inside(acme):
        assert Activity in {entry.model for entry in entries_for(Subject.CONTACT)}
        told = [row for rows in rows_about(maren) for row in rows.queryset if isinstance(row, Activity)]
        assert [each.subject for each in told] == ["About Maren"]
        maren.delete()
        assert [each.subject for each in Activity.objects.all()] == ["About Edith"]
