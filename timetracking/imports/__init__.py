"""Hours from the files of other programs: read, understand, match, then store (the way is crm/imports/steps.py)."""
