"""The kinds that a firm sorts by, of expenses and of time off: added, changed, and archived in Admin."""
