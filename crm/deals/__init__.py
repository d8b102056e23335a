"""Deals: the work a firm hopes to win, its pipelines, and the board."""
