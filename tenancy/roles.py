"""The six database roles, what each is for (tenancy decision 11), and whether the one in use is stronger."""

from __future__ import annotations

from typing import Any

OWNER = "candor_owner"  # owns the tables; migrations only
LOADER = "candor_loader"  # BYPASSRLS: backup and data steps of migrations; never in web or worker
APP = "candor_app"  # web, worker, tests: sees one account at a time
SUPPORT = "candor_support"  # no table at all, EXECUTE on one function
LOOKER = "candor_looker"  # NOLOGIN, BYPASSRLS, SELECT only; owns that function
ERASER = "candor_eraser"  # NOLOGIN, behind the fence; owns the function that empties tables of an account that goes

# Asked for the role in use and for the one that signed in, which RESET ROLE would bring back.
_TOO_STRONG = """
    SELECT EXISTS (
        SELECT 1 FROM pg_roles r
        WHERE (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication OR r.rolname = %s
               OR r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
               OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relrowsecurity))
          AND (pg_has_role(current_user, r.oid, 'MEMBER') OR pg_has_role(session_user, r.oid, 'MEMBER'))
    )
"""


def is_too_strong(cursor: Any) -> bool:
    """True when this connection could look over the fence."""
    cursor.execute(_TOO_STRONG, [OWNER])
    return bool(cursor.fetchone()[0])
