"""What a new firm begins with here."""

from accounts.opening import register
from timetracking.expenses import categories
from timetracking.off.types import begin

register(begin)
register(categories.begin)
