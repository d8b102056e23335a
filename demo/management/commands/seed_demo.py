"""``manage.py seed_demo``: the cast with their passwords, their firms, and a believable fortnight of work."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Account, Membership, User
from demo import cast, days, next_steps, teams, week

TEAM = {"bob@acme.example": Membership.Role.MEMBER, "carol@acme.example": Membership.Role.READER}


class Command(BaseCommand):
    help = "Make the demo accounts Acme and Globex with their people. Run again, it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo accounts have a known password, so they are refused while DEBUG is off.")
        people = {email: self.person(email) for email in cast.PEOPLE}
        acme = self.account("acme", lambda: cast.acme(people["alice@acme.example"]))
        globex = self.account("globex", lambda: cast.globex(people["mallory@globex.example"]))
        for email, role in TEAM.items():
            if not Membership.objects.filter(account=acme, user=people[email]).exists():
                cast.joins(acme, people[email], role)
                self.say(f"{people[email].first_name} joined {acme} as {Membership.Role(role).label}.")
        self.fortnight(acme, people)
        self.fortnight(globex, people)

    def person(self, email: str) -> User:
        user = User.objects.filter(email=email).first()
        if user is None:
            user = cast.person(email, settings.DEMO_PASSWORD)
            self.say(f"{user} can sign in as {email}.")
        elif not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save(update_fields=["password"])
            self.say(f"{user}'s password is the demo password again.")
        return user

    def account(self, slug: str, make: Any) -> Account:
        account = Account.objects.filter(slug=slug).first()
        if account is None:
            account = make()
            self.say(f"{account} is open at /a/{account.slug}/.")
        return account

    def fortnight(self, account: Account, people: dict[str, User]) -> None:
        plans = {email: plan for email, plan in week.PLANS.items() if email.endswith(f"@{account.slug}.example")}
        members = {email: Membership.objects.get(account=account, user=people[email]) for email in plans}
        today = timezone.localdate(timezone=ZoneInfo(account.time_zone))
        boss = next(iter(members.values()))
        if things := week.fill(boss, *week.WORK[account.slug]):
            self.say(f"{account} has {things} new companies, contacts, deals, projects and tasks.")
        if days.keep_holidays(boss, today):
            self.say(f"{account} keeps the public holidays of its country.")
        for email, plan in plans.items():
            if entries := week.log(members[email], plan, today):
                self.say(f"{people[email].first_name} logged {entries} entries in {account}, up to {today}.")
            if steps := next_steps.plan_as(members[email], today, next_steps.OF.get(email, ())):
                self.say(f"{people[email].first_name} means to do {steps} things in {account}.")
            if paid := days.pay(members[email], today):
                self.say(f"{people[email].first_name} entered {paid} expense with its receipt in {account}.")
            if email.startswith("bob") and days.take_an_afternoon_off(members[email], today):
                self.say(f"{people[email].first_name} takes an afternoon off in {account}.")
        others = list(members.values())[1:]
        if others and (sheets := days.hand_in(boss, others, today)):
            self.say(f"{sheets} timesheets were handed in at {account}; all but last week’s are approved.")
        if made := teams.gather(boss, members.values()):
            self.say(f"{made} projects of {account} have a team, and one of them has nearly used its budget.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
