"""What a verification says of a log that nobody touched, and of one that is still warm."""

import json
from datetime import UTC, datetime, timedelta

import audit
from audit import candor_verify
from audit.candor_verify import Anchor, Check
from audit.checkpoints import make_checkpoint
from audit.models import Event, Payload, Proof


def test_a_log_that_nobody_touched_is_proved(in_acme):
    for number in range(7):
        audit.record("account.checked", in_acme, data={"number": number})
    audit.seal(in_acme)
    checkpoint = make_checkpoint()
    report = audit.verify(in_acme)
    assert report.findings == []
    assert (report.sealed, report.unsealed, report.covered, report.erased) == (8, 0, 8, 0)
    assert report.checkpoint == audit.sealing.spell_time(checkpoint.made_at)
    assert report.key.startswith("localhost:8000/access-log+")
    assert "Events 1 to 8 stand as they were sealed" in report.proved[0]


def test_what_came_after_the_checkpoint_is_said_not_to_be_proved(in_acme):
    audit.seal(in_acme)
    make_checkpoint()
    audit.record("account.checked", in_acme)
    audit.seal(in_acme)
    audit.record("account.checked", in_acme)
    report = audit.verify(in_acme)
    assert report.findings == []
    assert (report.sealed, report.unsealed, report.covered) == (2, 1, 1)
    assert "Numbers 2 to 2 came after the last checkpoint" in report.not_proved[0]
    assert "1 events of the last minutes are not sealed yet." in report.not_proved


def test_a_log_is_proved_in_an_hour_in_which_it_did_not_grow(acme, globex, inside):
    audit.seal(acme)
    audit.seal(globex)
    start = datetime(2026, 11, 22, 8, tzinfo=UTC)
    for hours in range(5):
        make_checkpoint(at=start + timedelta(hours=hours))
    report = audit.verify(acme)
    assert report.findings == []
    assert report.checkpoint == "2026-11-22T12:00:00.000000Z"
    with inside(acme):
        assert Proof.objects.count() == 1  # the others are worked out when asked


def test_words_are_erased_with_an_event_that_says_so(in_acme):
    audit.record("account.checked", in_acme, data={"note": "about Carol"})
    event = Event.objects.get(kind="account.checked")
    audit.seal(in_acme)
    audit.erase(event)
    audit.erase(event)  # nothing is left to erase, and nothing more is said
    audit.seal(in_acme)
    report = audit.verify(in_acme)
    assert report.findings == []
    assert (report.sealed, report.erased) == (3, 1)
    assert not Payload.objects.filter(event_id=event.pk).exists()


def test_words_that_are_gone_in_silence_are_found(in_acme):
    audit.seal(in_acme)
    event = Event.objects.get()
    Payload.objects.filter(event_id=event.pk).delete()
    report = audit.verify(in_acme)
    assert report.findings == [
        f"The words of event {event.public_id} are gone, and no event says that they were erased."
    ]


def test_an_export_holds_what_the_single_file_needs(acme, inside, tmp_path, capsys):
    with inside(acme):
        audit.record("account.checked", acme, data={"note": 'naïve ✓ \u202e \\ " \n 10000000000000000000000'})
    audit.seal(acme)
    make_checkpoint()
    file = tmp_path / "log.jsonl"
    file.write_text("".join(audit.export_log(acme)), encoding="utf-8")
    assert candor_verify.main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "Events 1 to 2 stand as they were sealed" in said
    assert "is really Candor's key: compare it" in said
    assert candor_verify.main([str(file), "--anchor", str(file)]) == 0
    assert "compare it" not in capsys.readouterr().out
    types = [json.loads(line)["type"] for line in file.read_text().splitlines()]
    assert types == ["log", "key", "checkpoint", "proof", "event", "event", "end"]


def test_an_export_ends_with_an_anchor(acme):
    audit.seal(acme)
    *_, end = audit.export_log(acme)
    anchor = Anchor(end)
    assert anchor.heads[0][1] == 1
    assert audit.verify(acme, anchors=[anchor]).findings == []


def exported(account):
    return [json.loads(line) for line in audit.export_log(account)]


def rewritten(lines):
    """The same log with other facts in its first event, linked anew: no line contradicts another."""
    log, before = lines[0]["log"], candor_verify.first_link(lines[0]["log"])
    events = [line for line in lines if line["type"] == "event"]
    events[0]["kind"] = "account.harmless"
    for line in events:
        before = candor_verify.link(line["number"], before, line, line["sealed_at"])
        line["link"] = before.hex()
    return log, [*(line for line in lines if line["type"] not in ("event", "end"))], events


def test_a_rewritten_log_is_found_wherever_its_lines_stand(acme, inside):
    """Each of these files would be checked against nothing, if lines were taken in any order."""
    audit.seal(acme)
    make_checkpoint()
    anchor = Anchor("".join(audit.export_log(acme)))
    log, (first, *rest), events = rewritten(exported(acme))
    end = {"type": "end", "log": log, "number": 1, "link": events[-1]["link"]}
    proofs, others = [line for line in rest if line["type"] == "proof"], [x for x in rest if x["type"] != "proof"]
    for lines in (
        [first, *others, *events, *proofs, end],  # the proof comes when its number was passed
        [first, *events, *rest, end],
        [first, *events, end, *rest],
        [*others, *events, first, *proofs, end],  # and so does the head that an anchor names
    ):
        assert Check(trusted=anchor.keys).read(lines).findings
        assert Check([anchor]).read(lines).findings


def test_nothing_may_stand_twice_or_after_the_end(acme):
    audit.seal(acme)
    make_checkpoint()
    lines = exported(acme)
    assert Check().read(lines).findings == []
    for wrong in ([lines[0], *lines], [*lines, lines[-1]], lines[1:], [*lines, lines[1]]):
        assert any("does not belong there" in each for each in Check().read(wrong).findings)


def test_an_unsealed_event_of_the_future_is_found(acme):
    audit.seal(acme)
    (log, event, end), year = exported(acme), {"written_at": "2199-01-01T00:00:00.000000Z"}
    waiting = {**event, **year, "number": None, "link": None, "sealed_at": None}
    assert any("2199" in each for each in Check().read([log, event, waiting, end]).findings)
