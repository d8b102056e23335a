"""Who leaves: shared mails go to a colleague, private ones to nobody."""

from accounts.handover import hand_over
from crm.mails import actions
from crm.models import Mail


def test_shared_mails_are_handed_over_and_private_ones_are_read_by_nobody(
    client, log, letter, acme, alice, bob, maren, inside, member_of
):
    shared, private, twice = (log(letter(Message_ID=f"<{number}@x>")) for number in range(3))
    log(letter(Message_ID="<2@x>"), user=alice)
    with inside(acme):
        for mail in (shared, twice):
            actions.share(mail, expected=mail.version)
    client.force_login(bob)
    page = client.get("/a/acme/admin/people/leave/").content.decode()
    assert "Shared mails" in page
    assert "1 private mail is nobody else’s to read" in page
    with inside(acme):
        piles = {pile.work.name: pile.number for pile in hand_over(member_of(bob), member_of(alice))}
        assert piles["mails"] == 1
        rows = {mail.pk: mail for mail in Mail.objects.select_related("member__user")}
        assert rows[shared.pk].member.user == alice and rows[shared.pk].body() == shared.body()
        assert rows[twice.pk].member.user == bob  # she has it herself
        assert rows[private.pk].deleted_at is not None and rows[private.pk].member.user == bob
        assert not Mail.objects.visible_to(member_of(alice)).filter(pk=private.pk).exists()
