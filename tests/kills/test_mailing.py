"""A worker killed with -9 in the midst of a mailing: each letter is at its reader's once, by its Message-ID."""

from accounts.models import OutgoingMail
from tests.kills.stage import faults_of_mailing, letters, minutes_pass_for_letters, until, write_mailing

LETTERS = 200

# What the letter under way looks like after the death.
DEATHS = {
    "the letter is claimed@20": "sending",
    "half of it is said@20": "sending",
    "said, the answer not read@20": "sending",
    "taken, nothing committed@20": "sending",
    "committed, the server not told goodbye@20": "sent",
}


def test_killed_at_five_points_each_letter_arrives_once(nursery, postman):
    write_mailing(LETTERS)
    out = 0
    for place, state in DEATHS.items():
        worker = nursery.worker(KILL_AT=place)
        until(lambda worker=worker: not worker.is_alive, worker)
        out += 19 + (state == "sent")
        assert letters() == {"sent": out, "waiting": LETTERS - out - (state == "sending")} | (
            {"sending": 1} if state == "sending" else {}
        ), place
        minutes_pass_for_letters()
    worker = nursery.worker()
    until(lambda: letters()["sent"] == LETTERS, worker)
    assert faults_of_mailing(postman, LETTERS) == []
    # The third and the fourth death lie between the server's "taken" and our commit: only there a letter goes twice.
    assert sorted(postman.taken.values())[-3:] == [1, 2, 2]
    assert not OutgoingMail.objects.filter(state="sent").exclude(text="", html="").exists()


def test_a_letter_that_kills_its_sender_holds_up_no_other(nursery, postman):
    write_mailing(5)
    OutgoingMail.objects.filter(to="m4@pell.example").update(to="poison@pell.example")
    worker = nursery.worker()
    until(lambda: letters()["sent"] == 4, worker)
    killer = OutgoingMail.objects.get(to="poison@pell.example")
    assert (killer.state, killer.tries) == ("sending", 1)
    assert worker.is_alive
