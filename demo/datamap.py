"""What we know about people by making sample data: who asked for it. The people in it are invented."""

from accounts import jobs
from datamap import Column, describe
from demo.models import SampleJob

describe(
    SampleJob,
    purpose="Showing a new account how it looks in use",
    fields={"failure": Column("technical", export="Why one of our programs stopped.")},
    not_personal=jobs.FACTS | {"step", "done", "total"},
    rows_for="by",
)
