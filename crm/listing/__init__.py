"""Lists of records: which columns, which filters, in which order. One engine for every kind.

``kinds`` says what each list can show and be narrowed to, ``rows`` answers an address with a page of rows. What a list
is narrowed to always stands in its address, so bulk edits, exports and saved views take the same words.
"""
