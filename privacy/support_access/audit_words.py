"""How an account's log tells of its requests to us, and of our calls with its people."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Kind, Noun, register, register_noun
from privacy.support_access.queries import tickets_of

register(
    "Help from us",
    Kind("ticket.opened", "Help asked for", "asked us for help: {record}", "lifebuoy"),
    Kind("ticket.opened_for", "Request written down", "wrote down what was asked in {record}", "lifebuoy"),
    Kind("ticket.added_to", "Request added to", "wrote more in {record}", "message-plus"),
    Kind("ticket.answered", "Request answered", "answered {record}", "message-reply"),
    Kind("ticket.noted", "Note on a request", "wrote a note on {record} for colleagues", "note"),
    Kind("ticket.assigned", "Request assigned", "gave {record} {detail}", "user-share"),
    Kind("ticket.moved", "Request moved", "moved {record} {detail}", "arrow-right"),
    Kind("ticket.closed", "Request closed", "closed {record}", "circle-check"),
    Kind("ticket.reopened", "Request opened again", "opened {record} again", "rotate"),
    Kind("call.logged", "Telephone call noted", "noted {record}", "phone"),
    Kind("call.listened", "Recording listened to", "listened to the recording of {record}: {detail}", "headphones"),
    Kind("call.recording_deleted", "Recording deleted", "deleted the recording of {record}", "eraser"),
)
register_noun(Noun("support_access.ticket", "request", urls=pages_of("help:ticket", "help.view", tickets_of)))
register_noun(Noun("support_access.call", "call"))
