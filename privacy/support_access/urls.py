"""The staff area."""

from django.urls import path

from privacy.support_access.views import calls, decisions, desk

app_name = "support"

urlpatterns = [
    path("", desk.tickets, name="tickets"),
    path("tickets/new/", desk.ticket_create, name="ticket_create"),
    path("tickets/<uuid:public_id>/", desk.ticket, name="ticket"),
    path("tickets/<uuid:public_id>/answer/", desk.ticket_answer, name="ticket_answer"),
    path("tickets/<uuid:public_id>/note/", desk.ticket_note, name="ticket_note"),
    path("tickets/<uuid:public_id>/assign/", desk.ticket_assign, name="ticket_assign"),
    path("tickets/<uuid:public_id>/move/", desk.ticket_move, name="ticket_move"),
    path("tickets/<uuid:public_id>/close/", desk.ticket_close, name="ticket_close"),
    path("tickets/<uuid:public_id>/reopen/", desk.ticket_reopen, name="ticket_reopen"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.call_create, name="call_create"),
    path("calls/<uuid:public_id>/", calls.call, name="call"),
    path("calls/<uuid:public_id>/listen/", calls.call_listen, name="call_listen"),
    path("calls/<uuid:public_id>/recording/delete/", calls.recording_delete, name="recording_delete"),
    path("opt-outs/", decisions.opt_out, name="opt_out"),
    path("trials/", decisions.trial, name="trial"),
    path("log/", decisions.log, name="log"),
]
