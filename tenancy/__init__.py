"""The fence: every row belongs to one account, and the database keeps it so (ADR 1)."""
