"""Who and what the rows mean: found by e-mail, then by name, or said by whoever imports; never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.models import Company
from lib.addresses import id_in
from lib.text import fold
from timetracking.imports.rows import Hours
from timetracking.models import HoursImport, Project, ProjectQuerySet

LEAVE_OUT, MAKE = "skip", "new"
MOST_SHOWN = 500  # people and projects of a file that somebody may say something of


class People:
    """The members whom a file's people may be: who is here, and who has left, for their hours stay the firm's."""

    def __init__(self, job: HoursImport) -> None:
        self.chosen = job.chosen.get("people", {})
        found = Membership.objects.filter(account_id=job.account_id).select_related("user", "account")
        if job.by and not can_for_others(job.by, "time.log"):
            found = found.filter(pk=job.by.pk)
        self.all = sorted(found.by_name(), key=lambda each: not each.is_active)
        self._by_id = {str(each.public_id): each for each in self.all}
        self._by_email = {each.user.email.lower(): each for each in self.all}
        names = Counter(fold(str(each)) for each in self.all)
        self._by_name = {fold(str(each)): each for each in self.all if names[fold(str(each))] == 1}

    def of(self, hours: Hours) -> Membership | str:
        """Who it is; LEAVE_OUT; or nothing, when nobody knows."""
        said = self.chosen.get(hours.person_key, "")
        if said == LEAVE_OUT:
            return LEAVE_OUT
        if found := self._by_id.get(said):
            return found
        if found := self._by_email.get(hours.email.lower()):
            return found
        first, _, last = fold(hours.name).partition(", ")
        return self._by_name.get(fold(hours.name)) or self._by_name.get(f"{last} {first}".strip()) or ""


class Projects:
    """The projects that a batch may mean, and their clients."""

    def __init__(self, job: HoursImport, rows: Iterable[Hours]) -> None:
        rows = list(rows)
        self.chosen = job.chosen.get("projects", {})
        seen = seen_projects(job)
        names = {fold(hours.project) for hours in rows}
        said = {each for each in self.chosen.values() if each not in (LEAVE_OUT, MAKE, "")}
        of_name = list(seen.filter(name_key__in=names).select_related("company").order_by("-pk"))
        self._by_id = {str(each.public_id): each for each in seen.filter(public_id__in=said).select_related("company")}
        self._by_place = {_place(each): each for each in of_name}
        counts = Counter(each.name_key for each in of_name)
        self._alone = {each.name_key: each for each in of_name if counts[each.name_key] == 1}
        live = Company.objects.live().visible_to(job.by) if job.by else Company.objects.live()
        clients = {fold(hours.client) for hours in rows if hours.client}
        self.companies = {each.name_key: each for each in live.filter(name_key__in=clients).order_by("-pk")}

    @property
    def all(self) -> list[Project]:
        return list({each.pk: each for each in (*self._by_place.values(), *self._by_id.values())}.values())

    def of(self, hours: Hours) -> Project | str:
        """The project; LEAVE_OUT; MAKE, where there is none; or nothing, where none is named."""
        said = self.chosen.get(hours.project_key, "")
        if said == LEAVE_OUT:
            return LEAVE_OUT
        if said == MAKE and hours.project:
            return self._by_place.get(hours.project_key, MAKE)
        if found := self._by_id.get(said):
            return found
        if not hours.project:
            return ""
        if found := self._by_place.get(hours.project_key):
            return found
        alone = self._alone.get(fold(hours.project)) if not hours.client else None
        return alone or MAKE

    def add(self, hours: Hours, project: Project) -> None:
        """It came into being for this row, and is that of others."""
        self._by_place[hours.project_key] = project


def people_meant(job: HoursImport, said: Collection[str]) -> set[str]:
    """What of this may be said of somebody in the file: a member, that they are left out, or nothing."""
    return {"", LEAVE_OUT, *(str(each.public_id) for each in People(job).all)}.intersection(said)


def projects_meant(job: HoursImport, said: Collection[str]) -> set[str]:
    """What of this may be said of a project in the file."""
    found = seen_projects(job).filter(public_id__in=filter(None, map(id_in, said)))
    return {"", LEAVE_OUT, MAKE, *map(str, found.values_list("public_id", flat=True))}.intersection(said)


def seen_projects(job: HoursImport) -> ProjectQuerySet:
    """The projects that whoever imports sees."""
    return Project.objects.visible_to(job.by) if job.by else Project.objects.all()


def note_found(job: HoursImport, kind: str, key: str, name: str, found: Any) -> None:
    """Who and what the file names, for whoever looks at the check."""
    of_kind = job.found.setdefault(kind, {})
    if key not in of_kind and len(of_kind) < MOST_SHOWN:
        of_kind[key] = {"name": name, "rows": 0, "is": found if isinstance(found, str) else str(found.public_id)}
    if key in of_kind:
        of_kind[key]["rows"] += 1


def _place(project: Project) -> str:
    return f"{project.company.name_key if project.company else ''}\n{project.name_key}"
