"""Projects: whose they are, what is done in them, and what a new one begins with."""
