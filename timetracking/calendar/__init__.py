"""The week along the clock: when entries began and ended, and those that only say how long."""
