"""The pages for strangers: what Candor is, what it costs, how it is guarded. No tables."""
