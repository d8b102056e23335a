"""What ends here when an account closes."""

from __future__ import annotations

from accounts.closing import Step, register
from privacy.support_access.granting import end_with_account

register(Step("support access", end_with_account, order=10))
