"""What a timesheet is underneath: its states, its periods, and the lock on its days. Approving is built upon it."""
