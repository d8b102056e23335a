"""Deals: the board and the list, one deal, and what happens to it."""

from django.urls import path

from crm.deals.views import beside, board, closing, deals, pipelines
from crm.views import timeline

urlpatterns = [
    path("deals/", board.deals, name="deals"),
    path("deals/new/", deals.deal_create, name="deal_create"),
    path("deals/people/", deals.deal_people_names, name="deal_people_names"),
    path("deals/<uuid:public_id>/", deals.deal, name="deal"),
    path("deals/<uuid:public_id>/beside/", beside.deal_beside, name="deal_beside"),
    path("deals/<uuid:public_id>/plan/", beside.deal_plan, name="deal_plan"),
    path("deals/<uuid:public_id>/edit/", deals.deal_edit, name="deal_edit"),
    path("deals/<uuid:public_id>/facts/<slug:fact>/", deals.deal_fact, name="deal_fact"),
    path("deals/<uuid:public_id>/delete/", deals.deal_delete, name="deal_delete"),
    path("deals/<uuid:public_id>/restore/", deals.deal_restore, name="deal_restore"),
    path("deals/<uuid:public_id>/tags/", deals.deal_tags, name="deal_tags"),
    path("deals/<uuid:public_id>/people/", deals.deal_people, name="deal_people"),
    path("deals/<uuid:public_id>/timeline/", timeline.deal_timeline, name="deal_timeline"),
    path("deals/<uuid:public_id>/place/", board.deal_place, name="deal_place"),
    path("deals/<uuid:public_id>/move/", closing.deal_move, name="deal_move"),
    path("deals/<uuid:public_id>/move-back/", closing.deal_move_back, name="deal_move_back"),
    path("deals/<uuid:public_id>/won/", closing.deal_won, name="deal_won"),
    path("deals/<uuid:public_id>/lost/", closing.deal_lost, name="deal_lost"),
    path("deals/<uuid:public_id>/reopen/", closing.deal_reopen, name="deal_reopen"),
    path("admin/pipelines/", pipelines.pipelines, name="pipelines"),
    path("admin/pipelines/new/", pipelines.pipeline_create, name="pipeline_create"),
    path("admin/pipelines/<uuid:public_id>/", pipelines.pipeline, name="pipeline"),
    path("admin/pipelines/<uuid:public_id>/shift/", pipelines.pipeline_shift, name="pipeline_shift"),
    path("admin/pipelines/<uuid:public_id>/archive/", pipelines.pipeline_archive, name="pipeline_archive"),
    path("admin/stages/<uuid:public_id>/remove/", pipelines.stage_remove, name="stage_remove"),
]
