"""Changing many records at once: which, what, and how it is taken back."""
