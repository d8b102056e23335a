"""Bringing contacts in from the files other programs write: read, map, clean, then store."""
