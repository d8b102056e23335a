"""The pages of projects and time."""
