"""The files of accounts itself."""

from datetime import timedelta

from accounts.files.purposes import Purpose, register

KEPT = timedelta(days=7)
LOG_TABLE = register(Purpose("audit log", made_as="text/csv; charset=utf-8", keep_for=KEPT))
LOG_PROOF = register(Purpose("audit log for proof", made_as="application/jsonl; charset=utf-8", keep_for=KEPT))
