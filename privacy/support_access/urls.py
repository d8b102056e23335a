"""The staff area."""

from django.urls import path

from privacy.support_access.views import calls, console, decisions, desk, entrance, money

app_name = "support"

urlpatterns = [
    path("", desk.tickets, name="tickets"),
    path("sign-in/", entrance.sign_in, name="sign_in"),
    path("sign-in/passkey/", entrance.passkey, name="passkey"),
    path("tickets/new/", desk.ticket_create, name="ticket_create"),
    path("tickets/<uuid:public_id>/", desk.ticket, name="ticket"),
    path("tickets/<uuid:public_id>/answer/", desk.ticket_answer, name="ticket_answer"),
    path("tickets/<uuid:public_id>/note/", desk.ticket_note, name="ticket_note"),
    path("tickets/<uuid:public_id>/assign/", desk.ticket_assign, name="ticket_assign"),
    path("tickets/<uuid:public_id>/move/", desk.ticket_move, name="ticket_move"),
    path("tickets/<uuid:public_id>/close/", desk.ticket_close, name="ticket_close"),
    path("tickets/<uuid:public_id>/reopen/", desk.ticket_reopen, name="ticket_reopen"),
    path("tickets/<uuid:public_id>/ask/", console.ask, name="ask"),
    path("access/", console.reviews, name="reviews"),
    path("access/emergency/", console.emergency, name="emergency"),
    path("access/<uuid:public_id>/", console.grant, name="grant"),
    path("access/<uuid:public_id>/take/", console.grant_take, name="grant_take"),
    path("access/<uuid:public_id>/end/", console.grant_end, name="grant_end"),
    path("access/<uuid:public_id>/second/", console.grant_second, name="grant_second"),
    path("access/<uuid:public_id>/review/", console.grant_review, name="grant_review"),
    path("access/<uuid:public_id>/records/<int:number>/", console.look, name="look"),
    path("looks/<uuid:public_id>/", console.look_state, name="look_state"),
    path("looks/<uuid:public_id>/close/", console.look_close, name="look_close"),
    path("looks/<uuid:public_id>/suggest/", console.look_suggest, name="look_suggest"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.call_create, name="call_create"),
    path("calls/<uuid:public_id>/", calls.call, name="call"),
    path("calls/<uuid:public_id>/listen/", calls.call_listen, name="call_listen"),
    path("calls/<uuid:public_id>/recording/delete/", calls.recording_delete, name="recording_delete"),
    path("opt-outs/", decisions.opt_out, name="opt_out"),
    path("trials/", decisions.trial, name="trial"),
    path("billing/", money.billing, name="billing"),
    path("billing/standing/", money.billing_overrule, name="billing_overrule"),
    path("billing/compare/", money.billing_compare, name="billing_compare"),
    path("billing/events/<uuid:public_id>/retry/", money.billing_retry, name="billing_retry"),
    path("billing/findings/<int:number>/seen/", money.billing_seen, name="billing_seen"),
    path("log/", decisions.log, name="log"),
]
