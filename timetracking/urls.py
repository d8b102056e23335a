"""Under ``/a/<account>/``: projects, the week, the day."""

from django.urls import path

from timetracking.views import day, projects, week

app_name = "timetracking"

urlpatterns = [
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/<uuid:public_id>/", projects.project, name="project"),
    path("projects/<uuid:public_id>/edit/", projects.project_edit, name="project_edit"),
    path("projects/<uuid:public_id>/archive/", projects.project_archive, name="project_archive"),
    path("projects/<uuid:public_id>/tasks/", projects.task_add, name="task_add"),
    path("tasks/<uuid:public_id>/", projects.task_edit, name="task_edit"),
    path("tasks/<uuid:public_id>/archive/", projects.task_archive, name="task_archive"),
    path("time/", week.week, name="week"),
    path("time/cell/", week.cell_save, name="cell_save"),
    path("time/cell/billable/", week.cell_billable, name="cell_billable"),
    path("time/cell/entries/", day.cell_panel, name="cell_panel"),
    path("time/cell/entries/add/", day.cell_entry_add, name="cell_entry_add"),
    path("time/cell/entries/<uuid:public_id>/", day.cell_entry_edit, name="cell_entry_edit"),
    path("time/rows/", week.row_add, name="row_add"),
    path("time/rows/hide/", week.row_hide, name="row_hide"),
    path("time/rows/search/", week.row_search, name="row_search"),
    path("time/copy/", week.copy, name="copy"),
    path("time/undo/", week.undo, name="undo"),
    path("time/day/", day.day, name="day"),
    path("time/entries/", day.entry_create, name="entry_create"),
    path("time/entries/<uuid:public_id>/", day.entry_edit, name="entry_edit"),
    path("time/entries/<uuid:public_id>/delete/", day.entry_delete, name="entry_delete"),
]
