"""A closed account is erased, but for what a legal hold covers."""

from accounts.closing import Step, register
from privacy.deletion import erasing, keeping
from tenancy import held

register(Step("erasing", erasing.begin, order=99))
held.register(keeping.Keeper())
