"""Expenses: what was paid or driven for the firm's work, with its receipt."""
