"""Verify: what a check of the log says, at once or by a worker, by itself or against what was kept."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

import audit
from accounts import alarms
from accounts.alarms import Alarm, Beat, set_alarm
from accounts.jobs import MOST_TRIES, begin_try
from accounts.log import work
from accounts.log.forms import NO_ANCHOR
from accounts.models import LogJob, Membership
from accounts.tasks import read_log
from audit.checkpoints import make_checkpoint
from audit.models import Event, Payload
from tests.processes import until

LOG = "/a/acme/admin/audit/"
URL = f"{LOG}checks/"


@pytest.fixture(autouse=True)
def key_in_a_folder_of_its_own(tmp_path, settings):
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"


@pytest.fixture
def hers(client, alice, acme):
    """Alice's browser; she owns Acme."""
    client.force_login(alice)
    return client


@pytest.fixture
def alices(alice, acme):
    return Membership.objects.select_related("user", "account").get(account=acme, user=alice)


@pytest.fixture
def by_worker(monkeypatch):
    """No log is short enough to be read within the request."""
    monkeypatch.setattr(work, "AT_ONCE", 0)


def text_of(response):
    return " ".join(response.content.decode().split())


def verify(client, anchor=""):
    """Press the button and read the page that it leads to."""
    answer = client.post(URL, {"anchor": anchor} if anchor else {})
    assert answer.status_code == 302, text_of(answer)
    return text_of(client.get(answer.url))


def anchor_in(text):
    return re.search(r"candor [0-9a-f-]{36} \d+ [0-9a-f]{64}", text)[0]


def test_a_log_that_nobody_touched_is_complete_and_unchanged(hers):
    make_checkpoint()
    text = verify(hers)
    assert "Complete and unchanged" in text
    assert "1 event checked for Alice Novak on" in text
    assert "Events 1 to 1 stand as they were sealed" in text
    assert "What was never recorded leaves no trace in any log." in text
    assert "Complete and unchanged" in text_of(hers.get(LOG))
    assert "Complete and unchanged" in text_of(hers.get(URL))


def test_what_is_not_sealed_yet_is_sealed_first(hers, acme, inside):
    with inside(acme):
        audit.record("account.checked", acme)
        assert Event.objects.count() == 2
    assert "2 events checked" in verify(hers)


def test_the_page_gives_an_anchor_with_the_last_checkpoint_and_its_key(hers, alices, settings):
    audit.seal(alices.account_id)
    checkpoint = make_checkpoint()
    text = verify(hers)
    assert anchor_in(text).split()[2] == "1"
    assert f'datetime="{audit.sealing.spell_time(checkpoint.made_at)}"' in text
    assert "localhost:8000/access-log+" in text


def test_a_check_stands_in_the_log_in_the_name_of_who_asked(hers, acme, inside, alices):
    verify(hers)
    with inside(acme):
        event = Event.objects.get(kind="audit.checked")
        assert (event.actor_kind, event.actor_id) == ("member", alices.pk)
        assert Payload.objects.get(event_id=event.pk).data["findings"] == 0
    (line, _), *_ = hers.get(LOG).context["lines"]
    assert f"{line.who.name} {line.told.text}" == "Alice Novak checked the log: 1 event, nothing wrong"


def test_words_that_are_gone_in_silence_are_found_and_said(hers, acme, inside, caplog):
    with inside(acme):
        Payload.objects.all().delete()
    text = verify(hers)
    assert "This log is not as it was written" in text
    assert "are gone, and no event says that they were erased." in text
    assert "Complete and unchanged" not in text
    assert "The last check found something wrong" in text_of(hers.get(LOG))
    assert "does not verify: 1 findings" in caplog.text


def test_an_anchor_kept_earlier_is_agreed_with(hers):
    kept = anchor_in(verify(hers))
    assert "The log agrees with the anchor that you gave." in verify(hers, f"From a mail of mine:\r\n{kept}\r\n")


def test_an_anchor_of_another_history_is_not(hers):
    *start, last = anchor_in(verify(hers)).split()
    text = verify(hers, " ".join([*start, last[::-1]]))
    assert "is not the one that the anchor that you gave holds: rewritten." in text


def test_an_anchor_beyond_the_end_shows_that_the_end_was_cut_off(hers):
    candor, log, _, last = anchor_in(verify(hers)).split()
    assert "its end was cut off" in verify(hers, f"{candor} {log} 900 {last}")


@pytest.mark.parametrize("words", ["something", "candor 1 2 3", "{}", '{"type": "end"}', "[1]", "{", "a\n\n— b"])
def test_what_is_no_anchor_is_refused_with_a_sentence(hers, words, acme, inside):
    answer = hers.post(URL, {"anchor": words})
    assert answer.status_code == 422
    assert NO_ANCHOR in text_of(answer)
    with inside(acme):
        assert not LogJob.objects.exists()


def test_an_admin_verifies_and_exports_nothing(client, acme, bob):
    Membership.objects.filter(account=acme, user=bob).update(role="admin")
    client.force_login(bob)
    assert "Complete and unchanged" in verify(client)
    assert "exports/" not in text_of(client.get(LOG))


def test_it_works_when_nothing_may_be_written(hers, acme):
    type(acme).objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=2))
    assert "Complete and unchanged" in verify(hers)


# --- by a worker --------------------------------------------------------------------------------


@pytest.fixture
def job(by_worker, acme, inside, alices):
    with inside(acme):
        return work.start(LogJob.What.CHECK, by=alices)


def page_of(client, job):
    return text_of(client.get(f"{URL}{job.public_id}/"))


def test_a_long_log_is_read_by_a_worker_while_the_page_waits(hers, job, acme):
    text = page_of(hers, job)
    assert "Checking every event" in text
    assert "You can leave this page and come back" in text
    assert 'hx-trigger="every 1s"' in text
    read_log(str(job.public_id), account_id=acme.pk)
    assert "Complete and unchanged" in page_of(hers, job)
    assert not Alarm.objects.exists()


def test_who_asked_is_named_although_a_worker_did_it(job, acme, inside, alices):
    read_log(str(job.public_id), account_id=acme.pk)
    with inside(acme):
        assert Event.objects.get(kind="audit.checked").actor_id == alices.pk


def test_a_second_click_gets_the_job_of_the_first(hers, job, by_worker):
    assert hers.post(URL).url.endswith(f"{job.public_id}/")


def test_a_check_that_kills_every_worker_is_given_up_and_proves_nothing(hers, job, acme, inside):
    for _ in range(MOST_TRIES):
        with inside(acme):
            assert begin_try(LogJob, str(job.public_id))
    read_log(str(job.public_id), account_id=acme.pk)
    assert "The check stopped, so it proves nothing." in page_of(hers, job)


def test_a_page_shows_how_far_it_is(hers, job, acme):
    Alarm.objects.filter(account_id=acme.pk).update(done=1)
    assert "1 of 1 events" in page_of(hers, job)


def test_a_beat_is_seen_from_outside_and_keeps_the_alarm_from_ringing(committed, acme, inside, job, monkeypatch):
    monkeypatch.setattr(alarms, "SECONDS_BETWEEN_BEATS", 0)
    monkeypatch.setattr(alarms, "ITEMS_BETWEEN_LOOKS", 1)
    alarm = Alarm.objects.filter(account_id=acme.pk)
    with inside(acme):
        set_alarm(LogJob.task, job.public_id, seconds=1)
    before = alarm.get().rings_at
    with inside(acme), Beat(LogJob.task, job.public_id) as beat:
        seen = [(each, alarm.get().done) for each in beat.counting(["a", "b"])]
    assert seen == [("a", 1), ("b", 2)]
    assert alarm.get().rings_at > before + timedelta(seconds=30)


def test_a_real_worker_checks_it(committed, acme, inside, alices, by_worker, celery_worker):
    process = celery_worker("long")
    with inside(acme):
        job = work.start(LogJob.What.CHECK, by=alices)

    def is_done():
        with inside(acme):
            return LogJob.objects.get(pk=job.pk).is_clean

    until(is_done, seconds=30, process=process)
