"""What an hour is billed at and what it costs: a table with start dates, asked in one way, frozen when approved."""
