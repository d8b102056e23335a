"""The one door for files: whatever is uploaded or produced for an account.

A purpose (``purposes``) says what may come in; what a file is, says its content (``content``), never its name. Pictures
are drawn anew (``pictures``), and PDFs written anew (``pdfs``) where their purpose says so. Then it is sealed with the
account's own key (``sealed``) and gets a row (``stored``). It goes out to members, or by a link that ends
(``serving``).
"""
