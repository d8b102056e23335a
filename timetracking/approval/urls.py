"""Submitting, approving, and the settings of time."""

from django.urls import path

from timetracking.approval import settings_views, views

urlpatterns = [
    path("time/submit/", views.submit, name="submit"),
    path("time/sheets/<uuid:public_id>/", views.sheet, name="sheet"),
    path("time/sheets/<uuid:public_id>/withdraw/", views.sheet_withdraw, name="sheet_withdraw"),
    path("time/sheets/<uuid:public_id>/approve/", views.sheet_approve, name="sheet_approve"),
    path("time/sheets/<uuid:public_id>/return/", views.sheet_return, name="sheet_return"),
    path("expenses/<uuid:public_id>/receipt/", views.expense_receipt, name="expense_receipt"),
    path("expenses/late/<uuid:public_id>/receipt/", views.late_receipt, name="late_receipt"),
    path("time/approvals/", views.approvals, name="approvals"),
    path("time/approvals/decide/", views.approvals_decide, name="approvals_decide"),
    path("time/approvals/undo/", views.approvals_undo, name="approvals_undo"),
    path("time/delegates/", views.delegates, name="delegates"),
    path("time/delegates/<uuid:public_id>/end/", views.delegation_end, name="delegation_end"),
    path("admin/time/", settings_views.time_settings, name="time_settings"),
    path("admin/time/approval/", settings_views.time_approval, name="time_approval"),
    path("admin/time/lock/", settings_views.time_lock, name="time_lock"),
]
