"""The mail log: what a member forwards to an address of their own, or notes by hand. No mailbox is ever read.

``listener`` takes letters by SMTP and answers "taken" after the commit; ``reading`` makes sense of one, ``filing``
puts it where it belongs.
"""
