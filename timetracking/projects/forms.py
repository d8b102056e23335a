"""What people type about projects, tasks, teams and templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Membership
from crm.inputs import AmountField
from crm.models import Deal
from lib import formats
from lib.addresses import id_in
from lib.forms import FilterForm
from tenancy.context import current_account_id
from tenancy.forms import AccountModelForm, VersionedModelForm
from timetracking.finding import projects_found
from timetracking.inputs import companies_for
from timetracking.models import Project, ProjectQuerySet, ProjectTemplate, Task, Terms
from timetracking.projects import templates

BUDGET = ["budget_hours", "budget_amount", "budget_period"]
MOST_TASKS = 100


class PeopleField(forms.ModelMultipleChoiceField):
    """Some of those at work in the firm, by name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"queryset": Membership.objects.none(), "to_field_name": "public_id", "required": False, **kwargs}
        )

    def offer(self, people: Any = None) -> None:
        """These people, or all."""
        here = Membership.objects.active().filter(account_id=current_account_id())
        self.queryset = (here if people is None else here.filter(pk__in=people)).by_name()

    def show(self, people: Any) -> str:
        """For the log: names."""
        return ", ".join(str(person) for person in self.queryset if person in people or person.public_id in people)


class TermsForm(VersionedModelForm):
    """Whether, at what rate and up to what budget work is done. Hours are typed as hours."""

    budget_hours = forms.DecimalField(
        label="Budget in hours",
        required=False,
        min_value=Decimal("0.02"),
        max_value=Decimal(100_000),
        decimal_places=2,
    )

    class Meta:
        model: type[Terms] = Project
        fields = ["billable", "currency", "budget_amount", "budget_period"]
        field_classes = {"budget_amount": AmountField}
        labels = {"budget_amount": "Or in money", "budget_period": "The budget is"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "budget_period" in self.fields:
            self.fields["budget_period"].required = False
        if self.instance.budget_minutes:
            self.initial.setdefault("budget_hours", typed_hours(self.instance.budget_minutes))

    def clean_budget_period(self) -> str:
        return self.cleaned_data["budget_period"] or Terms.Period.TOTAL

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        hours = cleaned.get("budget_hours")
        if "budget_hours" in cleaned:
            self.instance.budget_minutes = int(hours * 60 + Decimal("0.5")) if hours else None
        if hours and cleaned.get("budget_amount"):
            self.add_error("budget_amount", "A budget is of hours or of money. Leave one of the two empty.")
        return cleaned

    def changes(self) -> dict[str, list[str]]:
        """For the log; the budget by its own name, in hours, as people type it."""
        changes = super().changes()
        if "budget_hours" in self.changed_data:
            old, new = self.initial.get("budget_hours"), self.cleaned_data.get("budget_hours")
            changes["budget_hours"] = ["" if value is None else str(value) for value in (old, new)]
        if minutes := changes.pop("budget_minutes", None):
            changes["budget_hours"] = [typed_hours(int(each)) if each else "" for each in minutes]
        return changes


class ProjectForm(TermsForm):
    """A project's facts and terms, and who is told when its budget runs out."""

    hourly_rate = AmountField(required=False, min_value=0, max_digits=9, decimal_places=2)
    told = PeopleField(
        label="Who is told at 50, 80 and 100 %",
        help_text="Nobody chosen: the project’s managers and the owners.",
    )
    field_order = ["name", "company", "code", "billable", "hourly_rate", "currency", *BUDGET, "told"]
    sets_rate_now = False  # of a project that is there, a rate changes from a day on, which this form does not ask

    class Meta(TermsForm.Meta):
        fields = ["name", "company", "code", *TermsForm.Meta.fields]
        help_texts = {
            "company": "Empty for the firm's own work.",
            "code": "As on your offers, if you use one.",
        }

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = self.fields["company"]
        companies.empty_label = "None: internal work"
        companies.queryset = companies_for(member, self.instance.company_id)
        if not self.instance._state.adding and not self.sets_rate_now:
            del self.fields["hourly_rate"]
        if "told" in self.fields:
            self.fields["told"].offer()
            if not self.instance._state.adding:
                told = self.instance.watchers.values("person")
                self.initial["told"] = [person.public_id for person in self.fields["told"].queryset.filter(pk__in=told)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance._state.adding:
            self.instance.hourly_rate = cleaned.get("hourly_rate")
        return cleaned

    def typed(self) -> dict[str, Any]:
        """What somebody typed so far, to be kept when another template fills in the rest."""
        kept = {name: self[name].data for name in self.changed_data}
        return kept | {name: self[name].data for name in BUDGET[:2] if kept.keys() & {*BUDGET[:2]}}

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if "told" in self.changed_data:
            show = self.fields["told"].show
            changes["told"] = [show(self.initial.get("told", [])), show(self.cleaned_data["told"])]
        return changes


class DealProjectForm(ProjectForm):
    """A project that comes of a deal: its name, company and currency, and, if wanted, its value as the budget."""

    takes_value = forms.BooleanField(required=False)
    field_order = [*ProjectForm.field_order[:-1], "takes_value", "told"]

    def __init__(self, *args: Any, deal: Deal, initial: dict[str, Any], **kwargs: Any) -> None:
        known = {"name": deal.name[:120], "company": deal.company_id, "currency": deal.currency}
        super().__init__(*args, initial={**initial, **known}, **kwargs)
        self.deal = self.instance.deal = deal
        if deal.value is None:
            del self.fields["takes_value"]
        else:
            self.fields["takes_value"].label = f"Its value is the budget: {formats.money(deal.value, deal.currency)}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("takes_value"):
            self._take_value(cleaned)
        return cleaned

    def _take_value(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("budget_hours") or cleaned.get("budget_amount"):
            self.add_error("takes_value", "There is another budget already. Empty that field, or this box.")
        elif cleaned.get("currency") != self.deal.currency:
            self.add_error("takes_value", f"The deal is in {self.deal.currency}, the project is not.")
        elif not self.deal.value:
            self.add_error("takes_value", "The deal is worth nothing, so it can't be a budget.")
        else:
            cleaned["budget_amount"] = self.deal.value


class ProjectFilterForm(FilterForm):
    """What the list of projects is narrowed to."""

    STATUS = [("", "Active"), ("archived", "Archived"), ("all", "All")]

    q = forms.CharField(label="Search", required=False, max_length=100)
    company = forms.CharField(required=False, max_length=40)
    status = forms.ChoiceField(choices=STATUS, required=False, widget=forms.Select(attrs={"class": "form-select"}))
    mine = forms.BooleanField(required=False)

    def apply(self, projects: ProjectQuerySet, member: Membership) -> ProjectQuerySet:
        """The projects that match; a filter nobody knows matches nothing."""
        if not self.is_valid():
            return projects.none()
        chosen = self.cleaned_data
        if chosen["status"] != "all":
            projects = projects.archived() if chosen["status"] else projects.active()
        if chosen["mine"]:
            projects = projects.of_member(member)
        if chosen["q"].strip():
            projects = projects_found(projects, chosen["q"], member)
        return self._of_company(projects, chosen["company"])

    def _of_company(self, projects: ProjectQuerySet, public_id: str) -> ProjectQuerySet:
        if not public_id:
            return projects
        if public_id == "internal":
            return projects.filter(company=None)
        return projects.filter(company__public_id=public_id) if id_in(public_id) else projects.none()


class TaskForm(AccountModelForm):
    """A new task's name."""

    class Meta:
        model = Task
        fields = ["name"]

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project

    def _get_validation_exclusions(self) -> set[str]:
        # The project is given, and "once per project" must be asked all the same.
        return super()._get_validation_exclusions() - {"project"}


class TaskRenameForm(VersionedModelForm, TaskForm):
    """A task's name and whether it is billed."""

    class Meta(TaskForm.Meta):
        fields = ["name", "billable"]
        widgets = {
            "billable": forms.Select(choices=[("", "As the project"), ("True", "Yes"), ("False", "No")]),
        }


class TeamForm(forms.Form):
    """Who joins a project's team."""

    people = PeopleField(label="People", required=True, error_messages={"required": "Choose somebody."})
    as_managers = forms.BooleanField(
        label="As managers", required=False, help_text="They are told when the budget runs out."
    )

    def __init__(self, *args: Any, people: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].offer([person.pk for person in people])


class MemberForm(forms.Form):
    """What becomes of somebody on the team, and the version that was on the screen."""

    version = forms.IntegerField()
    what = forms.ChoiceField(choices=[(name, name) for name in ("manager", "member", "remove")])


class KeepForm(AccountModelForm):
    """What a template is called."""

    class Meta:
        model = ProjectTemplate
        fields = ["name"]


class TemplateForm(TermsForm):
    """A template: its name and terms, a task a line, and its team."""

    tasks = forms.CharField(
        required=False, max_length=MOST_TASKS * 122, widget=forms.Textarea(attrs={"rows": 6}), help_text="One a line."
    )
    people = PeopleField(label="Team", help_text="Nobody chosen: the new project is everybody’s.")
    field_order = ["name", "billable", "hourly_rate", "currency", *BUDGET, "tasks", "people"]

    class Meta(TermsForm.Meta):
        model = ProjectTemplate
        fields = ["name", "hourly_rate", *TermsForm.Meta.fields]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tasks"] = "\n".join(task["name"] for task in self.instance.tasks)
        self.fields["people"].offer()
        is_there = not self.instance._state.adding
        team = templates.people_of(self.instance) if is_there else []
        self.initial["people"] = [person.public_id for person, _ in team]

    def clean_tasks(self) -> list[str]:
        names: dict[str, str] = {}
        for line in self.cleaned_data["tasks"].splitlines():
            if name := line.strip():
                names.setdefault(name.casefold(), name)
        if len(names) > MOST_TASKS or any(len(name) > 120 for name in names.values()):
            raise forms.ValidationError(f"At most {MOST_TASKS} tasks, each of at most 120 characters.")
        return list(names.values())

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        before, tasks = self.initial["tasks"].splitlines(), self.cleaned_data.get("tasks")
        if tasks is not None and tasks != before:
            changes["tasks"] = [", ".join(before), ", ".join(tasks)]
        if "people" in self.changed_data:
            show = self.fields["people"].show
            changes["people"] = [show(self.initial["people"]), show(self.cleaned_data["people"])]
        return changes


def typed_hours(minutes: int) -> str:
    """Hours as they are typed: 10, 12.5, never 1E+1."""
    return f"{(Decimal(minutes) / 60).quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")
