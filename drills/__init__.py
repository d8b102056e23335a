"""The long evidence: what must be tried hundreds of times, at size, or with processes that are killed.

A drill is a module of this folder. The first line of its docstring says what it proves; ``run()`` does it
and returns ``Evidence``. ``bin/drill NAME`` prints that as a table and writes it into docs/evidence.md.
The test suite keeps a small version of each.
"""

SMALL = "--small"  # on few rows, only to see that a drill works
