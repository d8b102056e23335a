"""The column that says whose a row is, and foreign keys that cannot leave their account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Col, Func, Value
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.lookups import Exact

from tenancy.context import current_account_id, current_account_id_or_none
from tenancy.errors import NoAccount, WrongAccount
from tenancy.policy import CURRENT_ACCOUNT_SQL


def CASCADE_IN_DATABASE(collector: Any, field: Any, sub_objs: Any, using: Any) -> None:
    """``on_delete`` for parts of a whole: PostgreSQL deletes them by the two-column key."""


class CurrentAccount(Func):
    """The account PostgreSQL was told: the net below the value that Python sets."""

    template = CURRENT_ACCOUNT_SQL.replace("%", "%%")
    output_field = models.BigIntegerField()
    arity = 0


class ActiveAccount(Value):
    """The account a query was built in. It refuses to be sent to the database in any other, or in none.

    Querysets are lazy: one that a stream or a callback evaluates after the account was left would
    find no rows, without a word.
    """

    def __init__(self, account_id: int) -> None:
        super().__init__(account_id, output_field=models.BigIntegerField())

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if current_account_id() != self.value:
            raise WrongAccount(f"A query of account {self.value} was run in account {current_account_id()}.")
        return super().as_sql(compiler, connection)


class AccountField(models.ForeignKey):
    """Whose row this is. Set from the active account, never by hand, never to another one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "to": settings.ACCOUNT_MODEL,
            "on_delete": models.DO_NOTHING,
            "related_name": "+",
            "editable": False,
            "db_index": False,  # the primary key leads with it
            "default": current_account_id_or_none,
            "db_default": CurrentAccount(),
            **kwargs,
        }
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        active = current_account_id_or_none()
        if active is None:
            raise NoAccount(f"A {model_instance._meta.verbose_name} can't be saved without an active account.")
        if value is None:
            setattr(model_instance, self.attname, active)
        elif value != active:
            raise WrongAccount(f"This {model_instance._meta.verbose_name} belongs to another account.")
        return active

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Forms need not ask whether the account exists: we are in it."""


class AccountForwardDescriptor(ForwardManyToOneDescriptor):
    """Follows a key inside its account, also when it leads to a global table such as memberships."""

    def get_queryset(self, **hints: Any) -> Any:
        return super().get_queryset(**hints).filter(account_id=ActiveAccount(current_account_id()))


class AccountForeignKey(models.ForeignKey):
    """A key to a row of the same account.

    The constraint is ``(account_id, x_id) → (account_id, id)``, made by ``KeepInAccount`` in the
    migration, because foreign keys ignore row policies and a single column could point anywhere.
    Joins carry the account too, so that every alias of a statement is fenced by itself.
    """

    forward_related_accessor_class = AccountForwardDescriptor

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def get_extra_restriction(self, alias: str | None, related_alias: str) -> Any:
        column: Any = self.model._meta.get_field("account")
        if alias is None:  # Django trimmed the join away (exclude over a reverse key): nothing to compare with
            return Exact(Col(related_alias, column), ActiveAccount(current_account_id()))
        return Exact(Col(alias, column), Col(related_alias, column))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Look for the other row in this account alone, also where its table stands outside the fence."""
        models.Field.validate(self, value, model_instance)
        if self._is_at_hand(value, model_instance):
            return
        others = self.remote_field.model._base_manager.filter(account_id=ActiveAccount(current_account_id()))
        others = others.complex_filter(self.get_limit_choices_to())
        if value is not None and not others.filter(pk=value).exists():
            raise ValidationError("This choice is not there any more. Choose another one.", code="invalid")

    def _is_at_hand(self, value: Any, instance: models.Model | None) -> bool:
        """True when the other row was just read in this account, as a form's choice is: no need to ask again."""
        if instance is None or not self.is_cached(instance):
            return False
        other: Any = self.get_cached_value(instance)
        return other is not None and other.pk == value and other.account_id == current_account_id_or_none()

    def formfield(self, **kwargs: Any) -> Any:
        return super(models.ForeignKey, self).formfield(
            **{
                "form_class": AccountChoiceField,
                "model": self.remote_field.model,
                "limit_choices_to": self.get_limit_choices_to(),
                "blank": self.blank,
                **kwargs,
            }
        )


class _Choices(forms.models.ModelChoiceIterator):
    """The choices of a field, whose rows are put together once somebody looks at them."""

    def __init__(self, field: AccountChoiceField) -> None:
        self.field = field

    @property
    def queryset(self) -> Any:  # type: ignore[override]
        return self.field.queryset


class AccountChoiceField(forms.ModelChoiceField):
    """A choice among the account's own rows, known outside by their public id.

    Most forms are sent with rows that are at hand, or shown without this field: what there is to choose from is put
    together only where it is asked for.
    """

    iterator = _Choices
    stands: Any = None  # the row that stands there now, where it is at hand: choosing it asks nothing
    _queryset: Any = None
    _offer: tuple[int, Any] | None = None  # of which account, and the number of the row that stands there

    def __init__(self, *, model: type[models.Model], **kwargs: Any) -> None:
        self.model = model
        kwargs.pop("queryset", None)
        super().__init__(queryset=None, to_field_name="public_id", **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> AccountChoiceField:
        result = super().__deepcopy__(memo)
        if result.queryset is None and current_account_id_or_none() is not None:
            result.offer()
        return result

    def offer(self, present: Any = None) -> None:
        """The rows that new work may name (``offered`` of their model), and the one that stands there now."""
        self.queryset = None
        self._offer = current_account_id(), present

    @property
    def queryset(self) -> Any:
        if self._queryset is None and self._offer is not None:
            account_id, present = self._offer
            rows = self.model._default_manager.filter(account_id=account_id)
            offered = getattr(self.model, "offered", None)
            self._queryset = rows if offered is None else rows.filter(offered | models.Q(pk=present))
        return self._queryset

    @queryset.setter
    def queryset(self, rows: Any) -> None:
        self._offer = None
        self._queryset = None if rows is None else rows.all()
        self.widget.choices = self.choices

    def to_python(self, value: Any) -> Any:
        is_same = self.stands is not None and str(value) == str(self.stands.public_id)
        return self.stands if is_same else super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        return getattr(obj, "choice_label", "") or str(obj)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int) and self.queryset is not None:
            # A form's initial value is the key; the page shows the public id.
            value = self.model._default_manager.filter(account_id=current_account_id(), pk=value).first()
        return super().prepare_value(value)
