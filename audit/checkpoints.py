"""Once an hour one signature over the heads of all logs, and for each log the proof that it is among them.

The leaves of the heads' tree are the logs under their pseudonyms; the leaves of the signed tree are the checkpoints
themselves, so the last signature covers every one before it. An hour in which nothing happened has one, too.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Subquery

from audit.candor_verify import (
    Tree,
    checkpoint_body,
    checkpoint_leaf,
    head_leaf,
    levels,
    path_of,
    sha256,
)
from audit.keys import ready_key
from audit.memory import Leaf, Memory
from audit.models import Checkpoint, Head, Link, Proof
from audit.sealing import SEALER, spell_time
from tenancy.context import activate

logger = logging.getLogger(__name__)

_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('audit.checkpoint', 0)), clock_timestamp()"
_SIGNED = """
    INSERT INTO audit_head (account_id, log, length, hash, signed_length, signed_hash)
    SELECT account_id, log, length, decode(hash, 'hex'), length, decode(hash, 'hex')
    FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[]) AS leaf (account_id, log, length, hash)
    ON CONFLICT (account_id) DO UPDATE SET
        log = excluded.log, signed_length = excluded.signed_length, signed_hash = excluded.signed_hash
"""


@transaction.atomic
def make_checkpoint(*, even_now: bool = False, at: datetime | None = None) -> Checkpoint | None:
    """Sign all heads, unless that was done in this hour or somebody is at it. ``at`` is for tests."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        is_ours, now = cursor.fetchone()
    now = at or now
    last = Checkpoint.objects.order_by("-number").first()
    if not is_ours or (last and not even_now and _hour(now) == _hour(last.made_at)):
        return None
    memory = Memory.load()
    before = {head.account_id: _signed(head) for head in Head.objects.filter(signed_length__gt=0)}
    leaves = _leaves(before | {leaf.account_id: leaf for leaf in memory.heads})
    rows = levels([head_leaf(leaf.log, leaf.length, leaf.hash) for leaf in leaves])
    root = rows[-1][0] if leaves else sha256(b"")
    checkpoint = Checkpoint(number=last.number + 1 if last else 1, made_at=now, heads=len(leaves), root=root)
    tree = _tree(checkpoint, memory)
    checkpoint.note = _sign(tree)
    _keep_proofs(checkpoint.number, leaves, rows, before)
    checkpoint.save(force_insert=True)
    transaction.on_commit(Memory(tree.size, tree.root().hex(), leaves).keep)
    transaction.on_commit(partial(_send_outside, checkpoint.note))
    return checkpoint


def _send_outside(note: str) -> None:
    """Append the signature to the file that the operator keeps where nothing can be taken back."""
    if not settings.AUDIT_CHECKPOINTS_FILE:
        return
    try:
        with Path(settings.AUDIT_CHECKPOINTS_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{note}\n")
    except OSError:
        logger.exception("The signature could not be kept outside")


def _hour(moment: datetime) -> str:
    return spell_time(moment)[:13]


def _signed(head: Head) -> Leaf:
    return Leaf(head.account_id, str(head.log), head.signed_length, bytes(head.signed_hash).hex())


def _leaves(before: dict[int, Leaf]) -> list[Leaf]:
    """The head of every log, by pseudonym. One that does not go on from what was signed stays as it was signed."""
    found = {
        head.account_id: Leaf(head.account_id, str(head.log), head.length, bytes(head.hash).hex())
        for head in Head.objects.filter(length__gt=0)
    }
    for account_id, signed in before.items():
        now = found.get(account_id)
        if now != signed and not (now and _goes_on(signed, now)):
            logger.error("The audit log of account %s does not go on from what was signed. Verify it.", account_id)
            found[account_id] = signed
    return sorted(found.values(), key=lambda leaf: leaf.log)


def _goes_on(signed: Leaf, now: Leaf) -> bool:
    """True when the log holds both links, the signed one first."""
    with activate(now.account_id, actor=SEALER):
        links = Link.objects.filter(number__in=[signed.length, now.length]).values_list("number", "hash")
        held = {number: bytes(hash_).hex() for number, hash_ in links}
    is_held = held.get(signed.length) == signed.hash and held.get(now.length) == now.hash
    return is_held and now.log == signed.log and now.length >= signed.length


def _tree(newest: Checkpoint, memory: Memory) -> Tree:
    """The tree of all checkpoints; raises AnotherHistory when it is not the one that was signed here."""
    tree = Tree()
    for row in [*Checkpoint.objects.order_by("number").iterator(), newest]:
        tree.append(leaf_of(row))
        if tree.size == memory.size:
            memory.compare(tree.root().hex())
    memory.expect_fewer_than(tree.size)
    return tree


def leaf_of(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as a leaf of the signed tree."""
    made_at, root = spell_time(checkpoint.made_at), bytes(checkpoint.root).hex()
    return checkpoint_leaf(checkpoint.number, made_at, checkpoint.heads, root)


def _sign(tree: Tree) -> str:
    key = ready_key()
    body = checkpoint_body(key.public.name, tree.size, tree.root())
    return f"{body}\n{key.signature(body)}"


def _keep_proofs(number: int, leaves: list[Leaf], rows: list[list[bytes]], before: dict[int, Leaf]) -> None:
    """A proof for each log that has grown; one that has not is proved from the heads when somebody asks."""
    grown = [(position, leaf) for position, leaf in enumerate(leaves) if before.get(leaf.account_id) != leaf]
    for position, leaf in grown:
        with activate(leaf.account_id, actor=SEALER):
            Proof.objects.create(
                account_id=leaf.account_id,
                checkpoint=number,
                position=position,
                length=leaf.length,
                head=bytes.fromhex(leaf.hash),
                path=b"".join(path_of(rows, position)),
            )
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED, [[leaf[place] for _, leaf in grown] for place in range(4)])


def proof_now(account_id: int) -> tuple[int, dict[str, Any] | None]:
    """The number of the last checkpoint, and the proof that it holds this account's log, from all signed heads."""
    last = Checkpoint.objects.order_by("-number").values("number")[:1]
    heads = list(Head.objects.filter(signed_length__gt=0).order_by("log").annotate(checkpoint=Subquery(last)))
    position = next((at for at, head in enumerate(heads) if head.account_id == account_id), None)
    if position is None:
        newest = last.first()
        return (newest["number"] if newest else 0), None
    head: Any = heads[position]
    if head.checkpoint is None:
        return 0, None
    leaves = [head_leaf(str(each.log), each.signed_length, bytes(each.signed_hash).hex()) for each in heads]
    path = b"".join(path_of(levels(leaves), position))
    return head.checkpoint, spell_proof(head.checkpoint, position, head.signed_length, head.signed_hash, path)


def spell_proof(checkpoint: int, position: int, length: int, head: Any, path: Any) -> dict[str, Any]:
    """A proof as an export shows it."""
    joined = bytes(path)
    return {
        "type": "proof",
        "checkpoint": checkpoint,
        "position": position,
        "length": length,
        "head": bytes(head).hex(),
        "path": [joined[at : at + 32].hex() for at in range(0, len(joined), 32)],
    }
