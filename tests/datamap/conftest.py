"""A toy house of four tables and a map of it, so that each test can spoil one thing."""

from types import SimpleNamespace

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from datamap import SELF, Erasure, Registry, Subject


@pytest.fixture(scope="session")
def toys():
    with isolate_apps():

        class Member(models.Model):
            name = models.CharField(max_length=50)
            email = models.EmailField(unique=True)
            created_at = models.DateTimeField()

            class Meta:
                app_label = "toys"

        class Project(models.Model):
            name = models.CharField(max_length=50)
            state = models.CharField(max_length=5, choices=[("open", "Open")])

            class Meta:
                app_label = "toys"

        class Entry(models.Model):
            project = models.ForeignKey(Project, on_delete=models.CASCADE)
            person = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
            approver = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="+")
            day = models.DateField()
            minutes = models.PositiveIntegerField()
            note = models.CharField(max_length=500, blank=True)
            locked_at = models.DateTimeField(null=True)

            class Meta:
                app_label = "toys"

        class Contact(models.Model):
            owner = models.ForeignKey(Member, on_delete=models.CASCADE)
            first_name = models.CharField(max_length=50)
            email = models.EmailField(blank=True)
            note = models.TextField(blank=True)

            class Meta:
                app_label = "toys"

        class Seat(models.Model):
            person = models.ForeignKey(Member, on_delete=models.CASCADE)
            project = models.ForeignKey(Project, on_delete=models.CASCADE)

            class Meta:
                app_label = "toys"

        class Badge(models.Model):
            person = models.ForeignKey(Member, on_delete=models.CASCADE)
            visits = models.PositiveIntegerField(default=0)
            seen_at = models.DateTimeField(default=timezone.now)

            class Meta:
                app_label = "toys"

    return SimpleNamespace(Badge=Badge, Member=Member, Project=Project, Entry=Entry, Contact=Contact, Seat=Seat)


@pytest.fixture
def models_of_toys(toys):
    return [toys.Member, toys.Project, toys.Entry, toys.Contact]


@pytest.fixture
def entries_of_toys(toys):
    """The describe calls of the toy house: model → its words."""
    return {
        toys.Member: {
            "purpose": "Knowing who works here",
            "fields": {"name": "identity", "email": "contact details"},
            "rows_for": SELF,
            "erase": Erasure.PSEUDONYMISE,
        },
        toys.Project: {"fields": {"name": "business"}, "not_personal": frozenset({"state"})},
        toys.Entry: {
            "purpose": "Showing and billing the hours worked",
            "fields": {"day": "work", "minutes": "work", "note": "free text"},
            "not_personal": frozenset({"locked_at"}),
            "rows_for": "person",
        },
        toys.Contact: {
            "purpose": "Keeping in touch with clients",
            "subject": Subject.CONTACT,
            "fields": {"first_name": "identity", "email": "contact details", "note": "free text"},
            "rows_for": SELF,
            "erase": Erasure.DELETE_ROW,
        },
    }


@pytest.fixture
def book_with(entries_of_toys):
    """The toy map, with some words of one model said differently; ``None`` leaves the model out."""

    def build(model=None, /, *, without=False, **words):
        book = Registry()
        for described, said in entries_of_toys.items():
            if described is not model:
                book.describe(described, **said)
            elif not without:
                book.describe(described, **{**said, **words})
        return book

    return build
