"""Who leaves works no more: their timer is stopped."""

from accounts.handover import at_leaving
from timetracking.timer.actions import stop_for_leaving

at_leaving(stop_for_leaving)
