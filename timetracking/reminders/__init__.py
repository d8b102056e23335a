"""Reminders to log, to submit and to approve: on the days and from the time that each person chose."""
