"""Erasing a firm or a person, so that nothing is left behind, and proving it."""
