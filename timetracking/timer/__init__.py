"""The timer: what a member works on now, and how it becomes time entries."""
