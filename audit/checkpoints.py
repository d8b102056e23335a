"""Once an hour one signature over the heads of all logs, and for each log the proof that it is among them.

The leaves of the heads' tree are the logs under their pseudonyms; the leaves of the signed tree are the checkpoints
themselves, so the last signature covers every one before it. An hour in which nothing happened has one, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
from audit.keys import origin, ready_key
from audit.models import Checkpoint, Head, Proof
from audit.sealing import SEALER, spell_time
from tenancy.context import activate

_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('audit.checkpoint', 0)), clock_timestamp()"
_SIGNED = """
    UPDATE audit_head SET signed_length = new.length, signed_hash = new.hash
    FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS new (account_id, length, hash)
    WHERE audit_head.account_id = new.account_id
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
    heads = list(Head.objects.filter(length__gt=0).order_by("log"))
    rows = levels([head_leaf(str(head.log), head.length, bytes(head.hash).hex()) for head in heads])
    checkpoint = Checkpoint(
        number=last.number + 1 if last else 1,
        made_at=now,
        heads=len(heads),
        root=rows[-1][0] if heads else sha256(b""),
    )
    checkpoint.note = _sign(checkpoint)
    _keep_proofs(checkpoint.number, heads, rows)
    checkpoint.save(force_insert=True)
    return checkpoint


def _hour(moment: datetime) -> str:
    return spell_time(moment)[:13]


def _sign(checkpoint: Checkpoint) -> str:
    tree = Tree()
    for row in Checkpoint.objects.order_by("number").iterator():
        tree.append(leaf_of(row))
    tree.append(leaf_of(checkpoint))
    key = ready_key()
    body = checkpoint_body(origin(), tree.size, tree.root())
    return f"{body}\n{key.signature(body)}"


def leaf_of(checkpoint: Checkpoint) -> bytes:
    made_at, root = spell_time(checkpoint.made_at), bytes(checkpoint.root).hex()
    return checkpoint_leaf(checkpoint.number, made_at, checkpoint.heads, root)


def _keep_proofs(number: int, heads: list[Head], rows: list[list[bytes]]) -> None:
    """A proof for each log that has grown; one that has not is proved from the heads when somebody asks."""
    grown = [(position, head) for position, head in enumerate(heads) if head.length != head.signed_length]
    for position, head in grown:
        with activate(head.account_id, actor=SEALER):
            Proof.objects.create(
                account_id=head.account_id,
                checkpoint=number,
                position=position,
                length=head.length,
                head=head.hash,
                path=b"".join(path_of(rows, position)),
            )
    with connection.cursor() as cursor:
        columns = [[getattr(head, name) for _, head in grown] for name in ("account_id", "length", "hash")]
        cursor.execute(_SIGNED, columns)


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
