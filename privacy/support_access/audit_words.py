"""How an account's log tells of its requests to us, and of our calls with its people."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Kind, Noun, register, register_noun
from privacy.support_access.queries import grants_of, tickets_of

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
register(
    "What support saw",
    Kind("grant.offered", "Look offered", "asked for help with a record, for {ticket}", "lifebuoy"),
    Kind("grant.asked", "Look asked for", "asked to look at {records} records for {ticket}: {reason}", "eye-question"),
    Kind("grant.allowed", "Look allowed", "allowed {record}: {records} records, {minutes} minutes, {how}", "eye-check"),
    Kind("grant.refused", "Look refused", "refused {record}", "eye-off"),
    Kind("grant.taken", "Look taken up", "took up {record}", "eye"),
    Kind("grant.ended", "Access ended", "ended {record}: {because}", "eye-off"),
    Kind("grant.reviewed", "Access checked", "checked {record}: {verdict}", "checks"),
    Kind("look.opened", "Record opened by support", "opened {record} for {ticket}: {reason}", "eye"),
    Kind("look.shown", "Record shown to support", "saw {record}, for {ticket}", "eye-check"),
    Kind("look.closed", "Record closed by support", "closed {record} after {seconds} seconds", "eye-off"),
    Kind("look.refused", "Look refused by the database", "was not shown {record}: {why}", "shield-x"),
    Kind("looks.exported", "Looks taken along", "took along the list of {number} looks", "download"),
    Kind("account.support_policy", "What support may see", "changed {changes}", "eye-cog"),
    Kind("change.suggested", "Change suggested", "suggested another value for {label} of {record}", "bulb"),
    Kind(
        "change.applied", "Suggested change applied", "applied what support suggested for {label} of {record}", "check"
    ),
    Kind(
        "change.declined", "Suggested change declined", "declined what support suggested for {label} of {record}", "x"
    ),
)
register_noun(Noun("support_access.grant", "access", urls=pages_of("help:grant", "look.view", grants_of)))
register_noun(Noun("support_access.ticket", "request", urls=pages_of("help:ticket", "help.view", tickets_of)))
register_noun(Noun("support_access.call", "call"))
