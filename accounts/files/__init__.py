"""The one door for files: whatever is uploaded or produced for an account.

A purpose (``purposes``) says what may come in; what a file is, says its content (``content``), never its name. Pictures
are drawn anew (``pictures``), so nothing of what was sent is left in them. Then it is sealed with the account's own key
(``sealed``) and gets a row (``stored``). It goes out to members, or by a link that ends (``serving``).
"""
