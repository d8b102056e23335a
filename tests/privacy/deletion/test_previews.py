"""What a preview says is what happens, table by table, whatever there is; nothing of the eraser's is asked for it.

The graph is drawn: rows in any table that may be about the person, theirs or somebody else's, with texts that name
them, name them perhaps, or name nobody.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import datamap
from accounts.models import Membership, User
from audit.models import Payload
from crm.models import Contact, SavedView
from datamap import Subject
from demo import cast
from privacy.deletion import persons, tables
from privacy.deletion.persons import doing
from privacy.deletion.persons.plan import rows_of
from privacy.deletion.persons.preview import BLANKED, DELETED, EMPTIED, ENDED, KEPT, POINTED
from tenancy.probe import CannotMake, RowMaker
from tests.promises import promise
from timetracking.models import Project
from timetracking.timer import actions as timer

FIRST, LAST = "Zanna", "Quillfeather"
WORDS = ("Plain ", f"{FIRST} {LAST} ", f"{LAST} ")  # a number follows
DERIVED = {"crm_searchtoken", "crm_customkey"}  # made anew from texts that are blanked
NEW = DERIVED | {"deletion_personerasure"}
HAND_MADE = {"support_access_grant", "support_access_look", "support_access_suggestion"}
POINTING = {"contact_id": "contact", "record_id": "contact"}
GRAPH = st.lists(st.tuples(st.integers(0, 999), st.booleans(), st.sampled_from(WORDS)), min_size=4, max_size=16)
DRAWN = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def every_row(account):
    """A hash of each row of the account, by table and key; how many bells rang is counted anew, and left out."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables.in_order():
            keys = ", ".join(f't."{key}"' for key in table.keys)
            cursor.execute(
                f"SELECT ARRAY[{keys}]::text[], md5((to_jsonb(t) - 'unread')::text) "
                f'FROM "{table.name}" t WHERE account_id = %s',
                [account.pk],
            )
            found |= {(table.name, *key): words for key, words in cursor.fetchall()}
    return found


def grow(graph, names, account, rows, person, other):
    """Rows as they were drawn. ``person`` and ``other``: the table and its row that the new ones point at."""
    for number, is_theirs, word in graph:
        rows.word, (table, row) = word, person if is_theirs else other
        rows.rows[table, account.pk] = row
        name = names[number % len(names)]
        with suppress(CannotMake, DatabaseError), transaction.atomic():
            made = rows.make(name, account.pk)
            if "time_zone" in made:
                with connection.cursor() as cursor:
                    cursor.execute(f"UPDATE \"{name}\" SET time_zone = 'UTC' WHERE account_id = %s", [account.pk])
            for column in POINTING.keys() & made.keys() if table == "crm_contact" and "id" in made else ():
                point(name, column, POINTING[column], made, row, account)


def point(name, column, kind, made, row, account):
    """What is about a contact and may be without one, and what knows it by its number alone."""
    if made.get("kind", kind) != kind and column == "record_id":
        return
    with connection.cursor() as cursor:
        values = [row["id"], account.pk, made["id"]]
        cursor.execute(f'UPDATE "{name}" SET "{column}" = %s WHERE account_id = %s AND id = %s', values)


def about(subject):
    wanted = {entry.model._meta.db_table for entry in datamap.entries_for(subject)}
    names = [each.name for each in tables.in_order() if each.name in wanted and each.name not in HAND_MADE]
    return sorted(name for name in names if not name.startswith(("support", "deletion", "accounts_membership")))


def row_of(person):
    table = type(person)._meta.db_table
    return table, type(person)._base_manager.filter(pk=person.pk, account=person.account_id).values().get()


def values_kept(seen):
    plan = seen.plan
    return {
        (model._meta.db_table, str(keep.reason), *sorted(fields)): sorted(
            rows_of(model, numbers).values_list("pk", *sorted(fields)), key=repr
        )
        for (model, keep), (fields, numbers) in plan.kept.items()
        if numbers
    }


def compare(seen, erasure, before, after, payloads, kept):
    """Each line of the preview with what became of the rows; and no other row was touched."""
    said = {line["table"] + " " + line["fate"]: line["rows"] for line in erasure.lines if not line["fields"]}
    gone = Counter(table for table, *_ in before.keys() - after.keys())
    deleted = {line.table: line.rows for line in seen.of(DELETED) if line.table != Payload._meta.db_table}
    blanked = [each for each in seen.mentions if each.is_sure]
    if blanked:
        gone, deleted = ({k: v for k, v in each.items() if k not in DERIVED} for each in (gone, deleted))
    assert dict(gone) == deleted
    assert payloads - Payload.objects.filter(event_id__in=seen.plan.events).count() == said.get(
        f"{Payload._meta.db_table} {DELETED}", 0
    )
    assert {table for table, *_ in after.keys() - before.keys()} <= NEW, "nothing is written but what tells of it"

    expected = {(each.model._meta.db_table, str(each.number)) for each in blanked}
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert expected <= changed and Counter(table for table, _ in expected) == {
        line.table: line.rows for line in seen.of(BLANKED)
    }
    for line in seen.of(EMPTIED):
        model = next(each for each in seen.plan.emptied if each._meta.db_table == line.table)
        [name] = line.fields
        numbers = seen.plan.emptied[model][name]
        values = list(rows_of(model, numbers).values_list(name, flat=True))
        assert len(values) == line.rows
        assert {repr(value) for value in values} <= {repr(doing.nothing(model._meta.get_field(name)))}
        expected |= {(line.table, str(number)) for number in numbers}
    for (model, _), numbers in seen.plan.pointing.items():
        there = {(model._meta.db_table, str(number)) for number in numbers}
        assert there & before.keys() == there & after.keys(), "what leads to a name that is nobody's stays"
    expected |= {("accounts_storedfile", str(number)) for number in seen.discarded}
    expected |= {("accounts_membership", str(n)) for n in seen.plan.pointing.get((Membership, "user"), ())}
    assert {key for key in changed if key[0] not in DERIVED} <= expected, "nobody else’s row was touched"
    assert values_kept(seen) == kept and sum(map(len, kept.values())) == sum(line.rows for line in seen.of(KEPT))


def erased_as_previewed(person, account):
    seen = persons.preview(person)
    assert seen.hindrances == ()
    before, kept = every_row(account), values_kept(seen)
    payloads = Payload.objects.filter(event_id__in=seen.plan.events).count()
    assert persons.preview(person).counts() == seen.counts(), "asking changes nothing"
    assert every_row(account) == before
    erasure = persons.erase(person, asked_by=None, reason="asked")
    told = {" ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in erasure.lines}
    assert told == seen.counts()
    compare(seen, erasure, before, every_row(account), payloads, kept)
    return seen


@pytest.fixture
def taken_back():
    """What one example does is gone before the next."""

    def run(work):
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return run


@promise(111)
def test_of_a_contact(db, acme, inside, outside, recorder, taken_back):
    names, seen = [*about(Subject.CONTACT), "crm_company", "crm_deal", "crm_savedview"], Counter()

    @DRAWN
    @given(graph=GRAPH)
    def draw(graph):
        def work():
            with inside(acme), recorder.looking_away():
                zanna = Contact.objects.create(first_name=FIRST, last_name=LAST, email="zanna@quill.example")
                nils = Contact.objects.create(first_name="Nils", last_name="Gross")
                rows = RowMaker()
                grow(graph, names, acme, rows, row_of(zanna), row_of(nils))
                found = erased_as_previewed(zanna, acme)
                seen.update(line.fate for line in found.lines)
                seen.update(each.is_sure for each in found.mentions)
                assert Contact.objects.filter(pk=nils.pk).exists()

        taken_back(work)

    draw()
    assert {DELETED, BLANKED, True, False} <= seen.keys(), f"the graphs have enough in them: {seen}"


@promise(111)
def test_of_a_member(db, acme, bob, inside, outside, recorder, taken_back):
    names, seen = about(Subject.MEMBER), Counter()
    User.objects.filter(pk=bob.pk).update(first_name=FIRST, last_name=LAST)

    @DRAWN
    @given(graph=GRAPH)
    def draw(graph):
        def work():
            with inside(acme), recorder.looking_away():
                member, boss = (
                    Membership.objects.select_related("user", "account").get(
                        account=acme, user__email=f"{name}@acme.example"
                    )
                    for name in ("bob", "alice")
                )
                rows = RowMaker()
                grow(graph, names, acme, rows, row_of(member), row_of(boss))
                Membership.objects.filter(pk=member.pk, account=acme).update(removed_at=acme.created_at)
                member.refresh_from_db()
                seen.update(line.fate for line in erased_as_previewed(member, acme).lines)

        taken_back(work)

    draw()
    assert {DELETED, EMPTIED, POINTED, KEPT} <= seen.keys(), f"the graphs have enough in them: {seen}"


@promise(111)
def test_of_somebody_who_signs_in(db, acme, globex, bob, inside, outside, recorder, taken_back):
    """Who worked in two firms and has left both; whoever still works there leaves first, and the firms are told."""
    names, seen = about(Subject.MEMBER), Counter()
    User.objects.filter(pk=bob.pk).update(first_name=FIRST, last_name=LAST, phone="+49 151 2345678")
    cast.joins(globex, bob, Membership.Role.MEMBER)

    @DRAWN
    @given(first=GRAPH, second=GRAPH)
    def draw(first, second):
        def work():
            with recorder.looking_away():
                for firm, graph in ((acme, first), (globex, second)):
                    with inside(firm):
                        member = Membership.objects.get(account=firm, user=bob)
                        boss = Membership.objects.exclude(user=bob).filter(account=firm).first()
                        rows = RowMaker()
                        grow(graph, names, firm, rows, row_of(member), row_of(boss))
                        Membership.objects.filter(pk=member.pk, account=firm).update(removed_at=acme.created_at)
                person = User.objects.get(pk=bob.pk)
                told = persons.preview(person)
                before = counted(acme, globex, inside)
                assert persons.preview(person).counts() == told.counts()
                assert counted(acme, globex, inside) == before, "asking changes nothing"
                erasure = persons.finish(persons.erase(person, asked_by=None, reason="child"))
                lines = {
                    " ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in erasure.lines
                }
                assert lines == told.counts()
                after = counted(acme, globex, inside)
                deleted = {line.table: line.rows for line in told.of(DELETED) if line.table in before}
                less = {name: before[name] - after[name] for name in before if before[name] > after[name]}
                for name in (less.keys() | deleted.keys()) - DERIVED:
                    assert less.get(name, 0) == deleted.get(name, 0), name
                seen.update(line.fate for line in told.lines)
                assert User.objects.get(pk=bob.pk).first_name == "Former"

        taken_back(work)

    draw()
    assert {DELETED, EMPTIED, POINTED, KEPT} <= seen.keys(), f"the graphs have enough in them: {seen}"


@promise(111)
def test_of_somebody_who_still_works_there(db, acme, bob, inside, outside, recorder, taken_back):
    """They leave by being erased: what goes with the leaving alone stands in the preview, too."""
    ended = Counter()

    @DRAWN
    @given(private=st.integers(0, 3), shared=st.integers(0, 2), is_timing=st.booleans())
    @example(private=2, shared=1, is_timing=True)
    def draw(private, shared, is_timing):
        def work():
            with recorder.looking_away():
                with inside(acme):
                    member = Membership.objects.select_related("user", "account").get(account=acme, user=bob)
                    for number in range(private + shared):
                        view = {"name": f"View {number}", "kind": "contacts", "is_shared": number >= private}
                        SavedView.objects.create(owner=member, asked={}, **view)
                    if is_timing:
                        timer.start(member, Project.objects.create(name="Rooms"), note="Hung the first room")
                    before = every_row(acme)
                told = persons.preview(User.objects.get(pk=bob.pk))
                assert told.hindrances == ()
                with inside(acme):
                    assert every_row(acme) == before, "asking changes nothing"
                erasure = persons.finish(persons.erase(User.objects.get(pk=bob.pk), asked_by=None, reason="asked"))
                lines = {
                    " ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in erasure.lines
                }
                assert lines == told.counts()
                with inside(acme):
                    after = every_row(acme)
                gone = Counter(table for table, *_ in before.keys() - after.keys())
                here = {table for table, *_ in before}
                said = Counter()
                for line in [*told.of(DELETED), *told.of(ENDED)]:
                    said[line.table] += line.rows if line.table in here else 0
                assert gone == +said
                assert gone["crm_savedview"] == private and gone["timetracking_runningtimer"] == is_timing
                ended.update({line.table: line.rows for line in told.of(ENDED)})

        taken_back(work)

    draw()
    assert {"crm_savedview", "timetracking_runningtimer"} <= ended.keys()


def counted(*firms_and_inside):
    *firms, inside = firms_and_inside
    found = Counter()
    for firm in firms:
        with inside(firm):
            found.update(table for table, *_ in every_row(firm))
    return found
