"""The eraser's function: rows of an account that is being erased go without each key being asked for each of them.

The eraser stands behind the fence as everybody does, and owns nothing else. A key that may be asked of another account
does not exist behind the fence (``tenancy.catalog``), and all tables of the account go (ADR 29).
"""

from django.db import migrations

from tenancy import roles

ERASE_ROWS = """
CREATE FUNCTION erase_rows(target regclass, doomed tid[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET random_page_cost = 0 AS $$  -- the places are known: no page has to be found
DECLARE
    mine bigint := nullif(current_setting('app.account_id', true), '')::bigint;
    may_skip boolean := has_parameter_privilege(current_user, 'session_replication_role', 'SET');
    gone bigint;
BEGIN
    PERFORM FROM public.accounts_account account
    JOIN public.deletion_accountdeletion deletion ON deletion.number = account.id
    WHERE account.id = mine AND account.closed_at IS NOT NULL AND deletion.stage = 'rows';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % is not being erased', mine USING ERRCODE = 'CL101';
    END IF;

    -- Behind the fence alone, and where whoever points at it stands there, too. Never in a table that the app made for
    -- itself: its triggers would run with our rights, and leave every key of everybody unasked.
    PERFORM FROM pg_class WHERE oid = target AND relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relrowsecurity AND relforcerowsecurity;
    IF NOT FOUND OR EXISTS (
        SELECT FROM pg_constraint k JOIN pg_class here ON here.oid = k.conrelid
        WHERE k.contype = 'f' AND k.confrelid = target AND NOT (here.relrowsecurity AND here.relforcerowsecurity)
    ) THEN
        RAISE EXCEPTION 'rows of % go with each key asked', target USING ERRCODE = 'CL102';
    END IF;

    IF may_skip THEN
        PERFORM set_config('session_replication_role', 'replica', true);
    END IF;
    EXECUTE format('DELETE FROM %s WHERE account_id = $1 AND ctid = ANY ($2)', target) USING mine, doomed;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF may_skip THEN
        PERFORM set_config('session_replication_role', 'origin', true);
    END IF;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION erase_rows(regclass, tid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_rows(regclass, tid[]) TO {app};
GRANT CREATE ON SCHEMA public TO {eraser};
ALTER FUNCTION erase_rows(regclass, tid[]) OWNER TO {eraser};
REVOKE CREATE ON SCHEMA public FROM {eraser};
GRANT SELECT (id, closed_at) ON accounts_account TO {eraser};
GRANT SELECT (number, stage) ON deletion_accountdeletion TO {eraser};
""".replace("{app}", roles.APP).replace("{eraser}", roles.ERASER)

# All that is fenced by now; what comes later brings the right along (``tenancy.operations.FenceTable``). The log stays.
MAY_ERASE = """
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relforcerowsecurity AND relname NOT LIKE 'audit\\_%' LOOP
        EXECUTE format('GRANT SELECT, DELETE ON %s TO {eraser}', name);
    END LOOP;
END
$$;
""".replace("{eraser}", roles.ERASER)


class Migration(migrations.Migration):
    dependencies = [
        ("deletion", "0007_runs_of_retention"),
        ("crm", "0021_fields_are_deleted_by_a_worker"),
        ("timetracking", "0017_expenses"),
    ]

    operations = [
        migrations.RunSQL(ERASE_ROWS, "DROP FUNCTION erase_rows(regclass, tid[])"),
        migrations.RunSQL(MAY_ERASE, migrations.RunSQL.noop),
    ]
