"""What is known of a contact or a member before anything happens: the plan, the texts, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q

from accounts.files.stored import StoredFile
from accounts.handover import in_words, open_work_of
from accounts.models import Membership
from audit.datamap import events_of
from crm.models import About, Contact, DealContact
from privacy.deletion import holds
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons import copies, mentions
from privacy.deletion.persons.mentions import Mention
from privacy.deletion.persons.plan import Plan, rows_of
from privacy.deletion.persons.preview import Preview, lines_of
from privacy.deletion.persons.traces import Traces, of_contacts, of_user
from tenancy.context import current_account_id

Kind = PersonErasure.Kind
THE_ONLY_OWNER = (
    "The only owner of {account} can’t go. Hand the ownership to a colleague first, under Admin, People, or close "
    "the account."
)
ERASED = "They were erased already. What stays of them is nobody’s, and there is nothing left to erase."
STILL_HERE = "They are still a member. Deactivate them first, so that a colleague takes over their open work."


def of_contact(contact: Contact) -> Preview:
    """The contact, with those that became a part of it, and all that is about them."""
    whole, plan = with_merged(contact), Plan()
    for each in whole:
        plan.take(each)
    plan.close()
    others = _of_the_deals(plan), _of_shared_work(plan)
    return described(Kind.CONTACT, contact, plan, of_contacts(whole), others=[words for words in others if words])


def of_member(member: Membership, *, and_user: bool = False) -> Preview:
    """A member as the firm knows them: hours and decisions stay, of nobody. ``and_user``: their sign-in goes, too."""
    plan = plan_of(member, and_user=and_user)
    others = [f"Nobody looks after {in_words(piles)} any more."] if (piles := open_work_of(member)) else []
    found = described(Kind.MEMBER, member, plan, of_user(member.user, further=[member.kept_for]), others=others)
    return found


def plan_of(member: Membership, *, and_user: bool = False) -> Plan:
    """What becomes of each row that is about a member."""
    plan = Plan()
    plan.take(member)
    if and_user:
        plan.take(member.user, inside=True)
    plan.events |= set(events_of(member).values_list("pk", flat=True))
    plan.pointing[Membership, "user"] = {member.pk}
    plan.close()
    plan.events |= plan.events_about({member.public_id})
    return plan


def with_merged(contact: Contact) -> list[Any]:
    """A contact and, however deep, those that were merged into it."""
    found, new = [contact], [contact]
    while new:
        new = list(Contact.objects.filter(merged_into__in=new))
        found += new
    return found


def described(kind: Kind, person: Any, plan: Plan, traces: Traces, *, others: list[str]) -> Preview:
    found = mentions.find(traces, plan)
    fixed, found = [each for each in found if not each.may_change], [each for each in found if each.may_change]
    discarded = copies.holding(traces) - plan.doomed.get(StoredFile, set())
    return Preview(
        kind=kind,
        who=str(person),
        lines=lines_of(plan, discarded, rows_with([each for each in found if each.is_sure])),
        mentions=tuple(found),
        hindrances=(*_hindrances(person, plan), *copies.hindrances(discarded)),
        others=(*others, *_fixed(fixed)),
        plan=plan,
        traces=traces,
        discarded=frozenset(discarded),
    )


def rows_with(chosen: list[Mention]) -> dict[type[Model], int]:
    """How many rows these texts are in, by table."""
    return Counter(model for model, _ in {(each.model, each.number) for each in chosen})


def _fixed(found: list[Mention]) -> Iterator[str]:
    """Texts about others that nobody may change, and which go with those."""
    if found:
        lines = "1 line" if len(found) == 1 else f"{len(found):,} lines"
        kinds = ", ".join(sorted({each.what for each in found}))
        yield f"{lines} that can only be added, never changed, may name them ({kinds}). It goes with what it is about."


def _hindrances(person: Any, plan: Plan) -> Iterator[str]:
    """Legal holds of the person or of anything that goes with them; for a member, what an owner has to do first."""
    account = current_account_id()
    held = list(holds.of_record(account, person._meta.label_lower, person.public_id))
    known = {hold.pk for hold in held}
    held += list(holds.of_account(account).filter(record_id__in=plan.public_ids()).exclude(pk__in=known))
    for hold in held:
        yield f"A legal hold for {hold.told_as} keeps this from being erased until it is lifted."
    if isinstance(person, Membership) and person.user.is_erased:
        yield ERASED
    elif isinstance(person, Membership) and person.is_active:
        yield THE_ONLY_OWNER.format(account=person.account.name) if is_only_owner(person) else STILL_HERE


def is_only_owner(member: Membership) -> bool:
    """Whether nobody else could answer for the account."""
    owners = Membership.objects.filter(account_id=member.account_id, role=Membership.Role.OWNER, removed_at=None)
    return member.is_active and member.role == Membership.Role.OWNER and not owners.exclude(pk=member.pk).exists()


def _of_the_deals(plan: Plan) -> str:
    deals = rows_of(DealContact, plan.doomed.get(DealContact, ())).values("deal_id").distinct().count()
    return (
        f"{deals} {'deal loses' if deals == 1 else 'deals lose'} this contact; the deals themselves stay."
        if deals
        else ""
    )


def _of_shared_work(plan: Plan) -> str:
    """What is also about a company or a deal goes, too: the person is in it."""
    kinds = [model for model in plan.doomed if issubclass(model, About)]
    also = Q(company__isnull=False) | Q(deal__isnull=False)
    shared = sum(rows_of(model, plan.doomed[model]).filter(also).count() for model in kinds)
    return f"{shared} of the activities, notes and mails that go are about a company or a deal, too." if shared else ""
