"""The one policy that fences every account table, word for word.

Inline and on the bare column: a function or a sub-select hides the value from the planner,
a cast of the column loses the index, and a distributed PostgreSQL refuses sub-selects.
"""

SETTING = "app.account_id"
CURRENT_ACCOUNT_SQL = f"NULLIF(current_setting('{SETTING}', true), '')::bigint"
FENCE_SQL = f"account_id = {CURRENT_ACCOUNT_SQL}"
FENCE_NAME = "fence"

# The same expression as PostgreSQL prints it back from its catalog.
FENCE_AS_STORED = f"(account_id = (NULLIF(current_setting('{SETTING}'::text, true), ''::text))::bigint)"
