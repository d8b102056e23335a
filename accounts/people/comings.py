"""Word that somebody came to an account, went or came back: for whoever counts people."""

from django.dispatch import Signal

came_or_went = Signal()  # with ``account_id``, in the transaction of the change
