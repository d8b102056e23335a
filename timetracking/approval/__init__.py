"""Submitting hours and approving them: who, in which order, and what they see."""
