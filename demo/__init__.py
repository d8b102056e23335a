"""The cast and their week: made through the real actions, used by demo data, tests and screenshots alike."""
