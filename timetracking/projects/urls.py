"""Under ``/a/<account>/``. Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.projects.views import projects, tasks, team, templates

urlpatterns = [
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/templates/", templates.templates, name="templates"),
    path("projects/templates/<uuid:public_id>/", templates.template, name="template"),
    path("projects/templates/<uuid:public_id>/delete/", templates.template_delete, name="template_delete"),
    path("projects/<uuid:public_id>/", projects.project, name="project"),
    path("projects/<uuid:public_id>/edit/", projects.project_edit, name="project_edit"),
    path("projects/<uuid:public_id>/archive/", projects.project_archive, name="project_archive"),
    path("projects/<uuid:public_id>/template/", templates.template_keep, name="project_template"),
    path("projects/<uuid:public_id>/tasks/", tasks.project_tasks, name="project_tasks"),
    path("projects/<uuid:public_id>/tasks/add/", tasks.task_add, name="task_add"),
    path("projects/<uuid:public_id>/team/", team.project_team, name="project_team"),
    path("projects/<uuid:public_id>/team/add/", team.team_add, name="team_add"),
    path("projects/team/<uuid:public_id>/", team.team_member, name="team_member"),
    path("tasks/<uuid:public_id>/", tasks.task_edit, name="task_edit"),
    path("tasks/<uuid:public_id>/archive/", tasks.task_archive, name="task_archive"),
    path("tasks/<uuid:public_id>/move/", tasks.task_move, name="task_move"),
]
