"""What is to be done, and what was done: tasks, calls, meetings and e-mails."""
