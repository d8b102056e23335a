"""Budgets: how much is used, and who is told."""
