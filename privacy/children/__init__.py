"""Children's data: a report, what is frozen, two words about it, and the end; the record holds nothing of the child."""
