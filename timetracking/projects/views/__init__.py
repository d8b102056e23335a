"""The pages of projects: list, page, tasks, team, templates."""
