"""Under ``/a/<account>/``: projects, the week, the day."""

from django.urls import include, path

from timetracking.views import day, week

app_name = "timetracking"

urlpatterns = [
    path("", include("timetracking.projects.urls")),
    path("", include("timetracking.rates.urls")),
    path("", include("timetracking.approval.urls")),
    path("", include("timetracking.reports.urls")),
    path("timer/", include("timetracking.timer.urls")),
    path("", include("timetracking.expenses.urls")),
    path("", include("timetracking.off.urls")),
    path("", include("timetracking.reminders.urls")),
    path("admin/import/hours/", include("timetracking.imports.urls")),
    path("time/", week.week, name="week"),
    path("time/cell/", week.cell_save, name="cell_save"),
    path("time/cell/billable/", week.cell_billable, name="cell_billable"),
    path("time/cell/entries/", day.cell_panel, name="cell_panel"),
    path("time/cell/entries/add/", day.cell_entry_add, name="cell_entry_add"),
    path("time/cell/entries/<uuid:public_id>/", day.cell_entry_edit, name="cell_entry_edit"),
    path("time/rows/", week.row_add, name="row_add"),
    path("time/rows/begin/", week.rows_begin, name="rows_begin"),
    path("time/rows/hide/", week.row_hide, name="row_hide"),
    path("time/rows/star/", week.row_star, name="row_star"),
    path("time/rows/search/", week.row_search, name="row_search"),
    path("time/copy/", week.copy, name="copy"),
    path("time/undo/", week.undo, name="undo"),
    path("time/", include("timetracking.calendar.urls")),
    path("time/day/", day.day, name="day"),
    path("time/entries/", day.entry_create, name="entry_create"),
    path("time/entries/<uuid:public_id>/", day.entry_edit, name="entry_edit"),
    path("time/entries/<uuid:public_id>/delete/", day.entry_delete, name="entry_delete"),
]
