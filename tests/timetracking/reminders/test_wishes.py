"""The page on which each person chooses what to be reminded of, and when."""

from datetime import time

from timetracking.models import ReminderWishes

URL = "/a/acme/admin/reminders/"


def test_bob_chooses_for_himself_alone(client, bob, bobs, alice, carol, acme, inside):
    client.force_login(bob)
    page = client.get(URL).content.decode()
    assert page.count(" checked") == 3 + 5
    for hour in ("10:30", "08:15"):
        sent = {"to_submit": "on", "at": hour, "weekdays": ["0", "4"]}
        assert client.post(URL, sent).status_code == 302
    with inside(acme):
        mine = ReminderWishes.objects.get()
        assert (mine.person_id, mine.to_log, mine.to_submit, mine.at) == (bobs.pk, False, True, time(8, 15))
        assert mine.weekdays == [0, 4]
    assert client.post(URL, {"at": "soon", "weekdays": ["9"]}).status_code == 422
    client.force_login(alice)
    assert client.get(URL).content.decode().count(" checked") == 3 + 5
    client.force_login(carol)
    assert client.get(URL).status_code == 403
