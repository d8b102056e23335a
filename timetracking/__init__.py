"""Projects, tasks and the hours that people work on them."""
