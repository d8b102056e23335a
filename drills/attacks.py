"""Ways to change a sealed log behind its back. Each is named by its docstring, and chooses its victims anew."""

from __future__ import annotations

import json

import audit
from audit import candor_verify, keys
from audit.candor_verify import checkpoint_body, first_link, head_leaf, levels, link, path_of
from audit.checkpoints import leaf_of, make_checkpoint
from audit.keys import SigningKey
from audit.models import Checkpoint, Head, Link, Proof
from audit.sealing import spell_event, spell_time
from drills.sealed_world import HOURS, World

COLUMNS = "public_id, kind, actor_kind, actor_id, record_type, record_id, commitment, written_at"


def edit_column(it: World) -> None:
    """any column of an event is edited"""
    changes = {
        "kind": "'account.harmless'",
        "actor_kind": "'job'",
        "actor_id": "coalesce(actor_id, 0) + 1",
        "record_type": "'crm.contact'",
        "record_id": "gen_random_uuid()",
        "public_id": "gen_random_uuid()",
        "commitment": "sha256(commitment)",
    }
    column = it.chance.choice(sorted(changes))
    it.run(f"UPDATE audit_event SET {column} = {changes[column]} WHERE id = %(id)s", id=it.some_event().pk)


def retime(it: World) -> None:
    """an event is given another time"""
    seconds = it.chance.choice([-86400, -1, 1, 0.000001])
    it.run(
        "UPDATE audit_event SET written_at = written_at + make_interval(secs => %(s)s) WHERE id = %(id)s",
        s=seconds,
        id=it.some_event().pk,
    )


def edit_words(it: World) -> None:
    """the words of an event are edited"""
    victims = it.run("SELECT event_id FROM audit_payload WHERE account_id = %(account)s")
    it.run(
        "UPDATE audit_payload SET data = data || %(d)s WHERE event_id = %(id)s",
        d='{"actor": "Nobody"}',
        id=it.chance.choice(victims)[0],
    )


def edit_words_and_commitment(it: World) -> None:
    """the words are edited and the event's commitment with them"""
    edit_words(it)
    for event, salt, data in it.run("SELECT event_id, salt, data FROM audit_payload WHERE account_id = %(account)s"):
        it.run(
            "UPDATE audit_event SET commitment = %(c)s WHERE id = %(id)s",
            c=audit.commitment(bytes(salt), audit.canonical(json.loads(data))),
            id=event,
        )


def delete_words(it: World) -> None:
    """the words of an event are deleted in silence"""
    victims = it.run("SELECT event_id FROM audit_payload WHERE account_id = %(account)s")
    it.run("DELETE FROM audit_payload WHERE event_id = %(id)s", id=it.chance.choice(victims)[0])


def delete_event(it: World) -> None:
    """an event is deleted, its link is left"""
    _delete_event(it, it.some_event().pk)


def delete_event_and_link(it: World) -> None:
    """an event is deleted with its link"""
    event = it.some_event().pk
    _delete_event(it, event)
    it.run("DELETE FROM audit_link WHERE account_id = %(account)s AND event_id = %(id)s", id=event)


def delete_and_renumber(it: World) -> None:
    """an event is deleted with its link, and the gap is closed"""
    number = it.some_number(it.signed - 1)
    delete = it.event(number).pk
    _delete_event(it, delete)
    it.run("DELETE FROM audit_link WHERE account_id = %(account)s AND number = %(n)s", n=number)
    _shift(it, number, -1)


def delete_link(it: World) -> None:
    """a link is deleted"""
    number = it.some_number()
    it.run("DELETE FROM audit_link WHERE account_id = %(account)s AND number = %(n)s", n=number)


def swap_events(it: World) -> None:
    """two events change places"""
    one, other = it.chance.sample(range(1, it.length + 1), 2)
    first, second = it.event(one).pk, it.event(other).pk
    for number, event in ((one, -1), (other, first), (one, second)):
        it.run(
            "UPDATE audit_link SET event_id = %(e)s WHERE account_id = %(account)s AND number = %(n)s",
            e=event,
            n=number,
        )


def swap_times(it: World) -> None:
    """two events change times"""
    one, other = (it.event(n) for n in it.chance.sample(range(1, it.length + 1), 2))
    for event, moment in ((one, other.written_at), (other, one.written_at)):
        it.run("UPDATE audit_event SET written_at = %(t)s WHERE id = %(id)s", t=moment, id=event.pk)


def insert_event(it: World) -> None:
    """an event is inserted with a time of the past, without a link"""
    _insert_event(it)


def insert_event_and_link(it: World) -> None:
    """an event is inserted between others, with a link of the right form"""
    number = it.some_number(it.signed)
    event = _insert_event(it)
    _shift(it, number, 1)
    before = bytes(Link.objects.get(number=number - 1).hash)
    sealed_at = Link.objects.get(number=number - 1).sealed_at
    row = it.run(f"SELECT {COLUMNS} FROM audit_event WHERE id = %(id)s", id=event)[0]
    hash_ = link(number, before, spell_event(row), spell_time(sealed_at))
    Link.objects.create(account_id=it.account.pk, number=number, event_id=event, hash=hash_, sealed_at=sealed_at)


def move_to_another_account(it: World) -> None:
    """an event is moved into another account"""
    it.run("DELETE FROM audit_payload WHERE event_id = %(id)s", id=(event := it.some_event().pk))
    it.run("UPDATE audit_event SET account_id = account_id + 1000000 WHERE id = %(id)s", id=event)


def cut_off_signed_end(it: World) -> None:
    """the end is cut off below the last checkpoint; head, signed head and proofs are set back"""
    cut_off(it, it.chance.randint(1, it.signed - 1))


def cut_off_unsigned_end(it: World) -> None:
    """events after the last checkpoint are cut off"""
    cut_off(it, it.signed)


def rewrite(it: World) -> None:
    """an event is changed and every link after it made anew"""
    _edit_and_relink(it)


def rewrite_before_the_hour(it: World) -> None:
    """the same, with all proofs deleted, and then the clock signs it"""
    _edit_and_relink(it)
    it.run("DELETE FROM audit_proof WHERE account_id = %(account)s")
    make_checkpoint(even_now=True)


def rewrite_and_reseal_before_the_hour(it: World) -> None:
    """the same, with every link given a new time of sealing"""
    it.run("UPDATE audit_link SET sealed_at = clock_timestamp() WHERE account_id = %(account)s")
    rewrite_before_the_hour(it)


def cut_off_before_the_hour(it: World) -> None:
    """the end is cut off, nothing of it is left, and then the clock signs what remains"""
    cut_off_signed_end(it)
    make_checkpoint(even_now=True)


def rewrite_and_drop_proofs(it: World) -> None:
    """the same, with head and signed head set and all proofs deleted"""
    _edit_and_relink(it)
    last = Link.objects.latest("number")
    it.run("DELETE FROM audit_proof WHERE account_id = %(account)s")
    Head.objects.filter(account_id=it.account.pk).update(signed_length=last.number, signed_hash=last.hash)


def rewrite_and_sign_with_another_key(it: World) -> None:
    """everything is made anew and signed with a key of the attacker's, which is listed as ours"""
    forge_everything(it, SigningKey.make())


def rewrite_with_the_stolen_key(it: World) -> None:
    """everything is made anew and signed with our own, stolen key"""
    forge_everything(it, keys.ready_key())


def append_as_the_program_does(it: World) -> None:
    """an event is appended as the program itself would"""
    audit.record("account.changed", it.account, data={"note": "made up"})
    audit.seal(it.account)


def edit_checkpoint(it: World) -> None:
    """a checkpoint is edited"""
    changes = {"made_at": "made_at - interval '1 hour'", "heads": "heads + 1", "root": "sha256(root)", "number": "-1"}
    column = it.chance.choice(sorted(changes))
    number = it.chance.randint(1, HOURS)
    it.run(f"UPDATE audit_checkpoint SET {column} = {changes[column]} WHERE number = %(n)s", n=number)


def edit_last_signature(it: World) -> None:
    """the last signature is edited"""
    signature = Checkpoint.objects.get(number=HOURS).note.split()[-1]
    edits = [("localhost", "remotehost"), (str(HOURS), "4"), ("—", "-"), (signature, signature.swapcase())]
    part, other = it.chance.choice(edits)
    it.run(
        "UPDATE audit_checkpoint SET note = replace(note, %(a)s, %(b)s) WHERE number = %(n)s", a=part, b=other, n=HOURS
    )


def edit_earlier_signature(it: World) -> None:
    """the signature of an earlier checkpoint is edited"""
    number = it.chance.randint(1, HOURS - 1)
    it.run("UPDATE audit_checkpoint SET note = replace(note, 'access', 'excess') WHERE number = %(n)s", n=number)


def delete_checkpoint(it: World) -> None:
    """a checkpoint is deleted, be it the last one"""
    it.run("DELETE FROM audit_checkpoint WHERE number = %(n)s", n=it.chance.randint(1, HOURS))


def forge_checkpoint(it: World) -> None:
    """a checkpoint is added with a signature of another key"""
    forged = Checkpoint.objects.latest("number")
    forged.number += 1
    forged.note = _note(SigningKey.make(), forged)
    forged.save(force_insert=True)


def edit_proof(it: World) -> None:
    """a proof is edited"""
    number = it.chance.choice(list(Proof.objects.values_list("checkpoint", flat=True)[: HOURS - 1]))
    changes = {"head": "sha256(head)", "path": "sha256(path)", "length": "length + 1", "position": "1 - position"}
    column = it.chance.choice(sorted(changes))
    it.run(
        f"UPDATE audit_proof SET {column} = {changes[column]} WHERE account_id = %(account)s AND checkpoint = %(n)s",
        n=number,
    )


def forget_head(it: World) -> None:
    """the head of the log is deleted"""
    it.run("DELETE FROM audit_head WHERE account_id = %(account)s")


def wipe(it: World) -> None:
    """the whole log is deleted"""
    for table in ("audit_link", "audit_payload", "audit_event", "audit_proof", "audit_head", "audit_unsealed"):
        it.run(f"DELETE FROM {table} WHERE account_id = %(account)s")


# ---- What several of them need


def _delete_event(it: World, event: int) -> None:
    it.run("DELETE FROM audit_payload WHERE event_id = %(id)s", id=event)
    it.run("DELETE FROM audit_event WHERE id = %(id)s", id=event)


def _insert_event(it: World) -> int:
    return it.run(
        "INSERT INTO audit_event (account_id, kind, actor_kind, record_type, commitment, written_at)"
        " VALUES (%(account)s, 'account.changed', 'system', '', sha256(''), now() - interval '1 hour') RETURNING id"
    )[0][0]


def _shift(it: World, number: int, by: int) -> None:
    """Give every link from this number on another number."""
    for step in (1000000, by - 1000000):
        it.run(
            "UPDATE audit_link SET number = number + %(by)s WHERE account_id = %(account)s AND number >= %(n)s",
            by=step,
            n=number,
        )


def cut_off(it: World, length: int) -> None:
    """Leave the log as if it had never been longer."""
    doomed = list(Link.objects.filter(number__gt=length).values_list("event_id", flat=True))
    it.run("DELETE FROM audit_link WHERE account_id = %(account)s AND number > %(n)s", n=length)
    for event in doomed:
        _delete_event(it, event)
    it.run("DELETE FROM audit_proof WHERE account_id = %(account)s AND length > %(n)s", n=length)
    hash_ = Link.objects.get(number=length).hash
    now = {"length": length, "hash": hash_}
    if it.run("SELECT 1 FROM audit_head WHERE account_id = %(account)s AND signed_length > %(n)s", n=length):
        now |= {"signed_length": length, "signed_hash": hash_}
    Head.objects.filter(account_id=it.account.pk).update(**now)


def _edit_and_relink(it: World) -> None:
    """Change the kind of an event and make all links anew, as if it had been so from the beginning."""
    it.run("UPDATE audit_event SET kind = 'account.harmless' WHERE id = %(id)s", id=it.event(it.some_number(4)).pk)
    head = Head.objects.get(account_id=it.account.pk)
    before = first_link(str(head.log))
    for one in Link.objects.order_by("number"):
        row = it.run(f"SELECT {COLUMNS} FROM audit_event WHERE id = %(id)s", id=one.event_id)[0]
        before = link(one.number, before, spell_event(row), spell_time(one.sealed_at))
        it.run(
            "UPDATE audit_link SET hash = %(h)s WHERE account_id = %(account)s AND number = %(n)s",
            h=before,
            n=one.number,
        )
    Head.objects.filter(pk=head.pk).update(hash=before)


def forge_everything(it: World, key: SigningKey) -> None:
    """Links, proofs, checkpoints and signatures, all of one piece, as only who holds a key can."""
    _edit_and_relink(it)
    it.run("UPDATE audit_key SET key = %(k)s", k=str(key.public))
    for kept in Checkpoint.objects.order_by("number"):
        proof = Proof.objects.get(checkpoint=kept.number)
        hash_ = bytes(Link.objects.get(number=proof.length).hash)
        heads = _heads_at(it, proof.length, hash_)
        rows = levels([leaf for _, leaf in heads])
        position = [account for account, _ in heads].index(it.account.pk)
        path = b"".join(path_of(rows, position))
        kept.root, kept.heads = rows[-1][0], len(heads)
        it.run(
            "UPDATE audit_proof SET head = %(h)s, path = %(p)s, position = %(at)s"
            " WHERE account_id = %(account)s AND checkpoint = %(n)s",
            h=hash_, p=path, at=position, n=kept.number,
        )  # fmt: skip
        it.run("UPDATE audit_checkpoint SET root = %(r)s WHERE number = %(n)s", r=kept.root, n=kept.number)
        Head.objects.filter(account_id=it.account.pk).update(signed_length=proof.length, signed_hash=hash_)
        it.run("UPDATE audit_checkpoint SET note = %(t)s WHERE number = %(n)s", t=_note(key, kept), n=kept.number)


def _heads_at(it: World, length: int, hash_: bytes) -> list[tuple[int, bytes]]:
    """The leaves of a checkpoint: Globex's head never moved."""
    return [
        (head.account_id, head_leaf(str(head.log), length, hash_.hex()))
        if head.account_id == it.account.pk
        else (head.account_id, head_leaf(str(head.log), head.length, bytes(head.hash).hex()))
        for head in Head.objects.order_by("log")
    ]


def _note(key: SigningKey, last: Checkpoint) -> str:
    tree = candor_verify.Tree()
    for row in Checkpoint.objects.filter(number__lt=last.number).order_by("number"):
        tree.append(leaf_of(row))
    tree.append(leaf_of(last))
    body = checkpoint_body(key.public.name, tree.size, tree.root())
    return f"{body}\n{key.signature(body)}"
