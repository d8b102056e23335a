"""``manage.py check`` says what a model behind the fence must not do, and what to type instead."""

import pytest
from django.core.checks import run_checks
from django.db import models

from accounts.models import User
from crm.models import Contact, Tag
from tenancy import checks
from tenancy.fields import AccountField
from tenancy.models import AccountForeignKey, AccountManager, AccountModel


@pytest.fixture
def found(monkeypatch):
    """The ids of what is found when this model is one of the house's; the registry is left as it was."""

    def look(model, *, is_fenced=True):
        monkeypatch.setattr(checks.apps, "get_models", lambda **_: [model])
        fenced = [Contact, Tag, *([model] if is_fenced else [])]
        monkeypatch.setattr(checks, "fenced_models", lambda: fenced)
        return {message.id for message in checks.check_account_models(None)}

    yield look


@pytest.fixture
def draft(monkeypatch):
    """Makes a model that no registry keeps."""
    from django.apps.registry import Apps

    def make(name, bases=(AccountModel,), meta=None, **fields):
        inner = type("Meta", (), {"app_label": "drafts", "apps": Apps(), **(meta or {})})
        own = {"account": AccountField(to="accounts.Account")} if bases == (models.Model,) else {}
        return type(name, bases, {"__module__": __name__, "Meta": inner, **own, **fields})

    return make


def test_our_own_models_are_without_fault():
    assert run_checks(tags=["tenancy"]) == []


def test_a_plain_manager(found, draft):
    assert "tenancy.E001" in found(draft("Plain", objects=models.Manager()))
    assert "tenancy.E001" in found(draft("Queryset", objects=models.QuerySet.as_manager()))
    assert "tenancy.E001" in found(draft("Base", bases=(models.Model,), objects=AccountManager()))


def test_a_plain_key(found, draft):
    assert "tenancy.E002" in found(draft("Key", person=models.ForeignKey(User, models.PROTECT)))


def test_a_hidden_table(found, draft):
    assert "tenancy.E003" in found(draft("Many", tags=models.ManyToManyField(Tag, related_name="+")))


def test_a_unique_rule_over_accounts(found, draft):
    assert "tenancy.E004" in found(draft("Column", word=models.CharField(max_length=9, unique=True)))
    rule = models.UniqueConstraint(fields=["word"], name="word_once")
    assert "tenancy.E004" in found(draft("Rule", word=models.CharField(max_length=9), meta={"constraints": [rule]}))


def test_a_key_from_outside(found, draft):
    outside = draft("Outside", bases=(models.Model,), tag=models.ForeignKey(Tag, models.PROTECT, related_name="+"))
    assert found(outside, is_fenced=False) == {"tenancy.E005"}


def test_a_key_that_django_would_empty(found, draft):
    empties = AccountForeignKey(Tag, models.SET_NULL, null=True, related_name="+")
    assert found(draft("Empties", tag=empties)) == {"tenancy.E006"}


def test_a_good_model(found, draft):
    rule = models.UniqueConstraint(fields=["account", "word"], name="word_once_in_account")
    good = draft(
        "Good",
        word=models.CharField(max_length=9),
        tag=AccountForeignKey(Tag, models.PROTECT, related_name="+"),
        meta={"constraints": [rule]},
    )
    assert found(good) == set()
