"""The one way to a record for staff: a function that the looker owns and that support alone may call."""

from django.db import migrations

from tenancy import roles

MASK = """
CREATE FUNCTION masked(value text, how text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN value IS NULL OR btrim(value) IN ('', '{}', '[]') THEN ''
        WHEN how = 'shown' THEN value
        WHEN how = 'initials' THEN (
            SELECT string_agg(upper(left(word, 1)) || '.', ' ' ORDER BY place)
            FROM regexp_split_to_table(btrim(value), '\\s+') WITH ORDINALITY AS words (word, place)
        )
        WHEN how = 'hint' AND value LIKE '_%@_%'
            THEN left(value, 1) || '•••@' || left(split_part(value, '@', 2), 1) || '•••'
        WHEN how = 'hint' AND length(regexp_replace(value, '\\D', '', 'g')) >= 6
            THEN '•••' || right(regexp_replace(value, '\\D', '', 'g'), 2)
        WHEN how = 'hint' THEN '•••'
        WHEN how = 'length' AND length(value) <= 40 THEN 'short'
        WHEN how = 'length' THEN 'long'
    END
$$;
REVOKE ALL ON FUNCTION masked(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION masked(text, text) TO {looker};
""".replace("{looker}", roles.LOOKER)

READ = """
CREATE FUNCTION read_record(look_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record;
    named_table text;
    found jsonb;
    reason text;
    now_ timestamptz := clock_timestamp();
BEGIN
    -- An older snapshot would not have heard that the grant was taken back.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'snapshot' USING ERRCODE = 'CL001';
    END IF;

    SELECT look.record, look.staff_id, look.account_id,
           split_part(look.record, '/', 1) AS kind, split_part(look.record, '/', 2)::uuid AS record_id,
           wish.account_id AS granted_by, wish.origin, wish.asked_at, wish.records, wish.unmasked,
           coalesce(wish.staff_id, taken.by_id) AS looker_id,
           CASE wish.origin WHEN 'firm' THEN taken.at ELSE allowed.at END AS began_at, taken.at AS taken_at,
           allowed.at AS allowed_at, allowed.by_id AS allowed_by, allowed.how, allowed.minutes,
           allowed.records AS allowed_records, allowed.unmasked AS allowed_unmasked,
           ended.id IS NOT NULL AS is_ended,
           ticket.account_id AS ticket_account, ticket.state AS ticket_state,
           account.closed_at, staff.is_staff AND staff.is_active AS is_staff,
           coalesce(settings.policy, 'ask') AS policy,
           event.kind AS event_kind, event.actor_kind, event.actor_id, event.record_type,
           event.record_id AS event_record,
           event.written_at, pg_xact_status(event.transaction::text::xid8) AS event_status
    INTO asked
    FROM public.support_access_look look
    JOIN public.support_access_grant wish ON wish.id = look.grant_id
    JOIN public.support_access_ticket ticket ON ticket.id = wish.ticket_id
    JOIN public.accounts_account account ON account.id = wish.account_id
    JOIN public.accounts_user staff ON staff.id = look.staff_id
    LEFT JOIN public.support_access_grantstep allowed ON allowed.grant_id = wish.id AND allowed.kind = 'allowed'
    LEFT JOIN public.support_access_grantstep taken ON taken.grant_id = wish.id AND taken.kind = 'taken'
    LEFT JOIN public.support_access_grantstep ended ON ended.grant_id = wish.id AND ended.kind = 'ended'
    LEFT JOIN public.support_access_supportsettings settings ON settings.account_id = wish.account_id
    LEFT JOIN public.audit_event event ON event.account_id = look.account_id AND event.public_id = look.event
    WHERE look.public_id = look_id;

    reason := CASE
        WHEN asked.record IS NULL THEN 'unknown'
        WHEN asked.event_kind IS DISTINCT FROM 'look.opened' OR asked.actor_kind <> 'staff'
            OR asked.actor_id IS DISTINCT FROM asked.staff_id OR asked.record_type IS DISTINCT FROM asked.kind
            OR asked.event_record IS DISTINCT FROM asked.record_id THEN 'unlogged'
        WHEN asked.event_status IS DISTINCT FROM 'committed' THEN 'uncommitted'
        WHEN asked.written_at < now_ - interval '1 minute' THEN 'used'
        WHEN NOT asked.is_staff THEN 'staff'
        WHEN asked.account_id <> asked.granted_by OR asked.ticket_account IS DISTINCT FROM asked.granted_by
            OR asked.staff_id IS DISTINCT FROM asked.looker_id THEN 'foreign'
        WHEN asked.closed_at IS NOT NULL THEN 'gone'
        WHEN asked.allowed_at IS NULL OR asked.allowed_by IS NOT DISTINCT FROM asked.staff_id THEN 'not allowed'
        WHEN NOT asked.record = ANY (asked.records) OR NOT asked.record = ANY (asked.allowed_records) THEN 'widened'
        WHEN asked.is_ended THEN 'ended'
        WHEN asked.ticket_state = 'closed' THEN 'closed'
        WHEN asked.allowed_at > asked.asked_at + interval '12 hours'
            OR asked.taken_at > asked.allowed_at + interval '24 hours' THEN 'lapsed'
        WHEN asked.began_at IS NULL OR asked.began_at > now_
            OR now_ >= asked.began_at + make_interval(mins => asked.minutes) THEN 'over'
        WHEN asked.origin = 'emergency' THEN
            CASE WHEN now_ >= asked.began_at + interval '30 minutes' THEN 'over' END
        WHEN asked.policy = 'never' OR (asked.how = 'policy' AND asked.policy <> 'tickets') THEN 'never'
    END;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION '%', reason USING ERRCODE = 'CL001';
    END IF;

    SELECT min(mask."table") INTO named_table FROM public.support_access_mask mask WHERE mask.kind = asked.kind;
    IF named_table IS NULL THEN
        RAISE EXCEPTION 'unknown kind' USING ERRCODE = 'CL001';
    END IF;
    EXECUTE format(
        'SELECT to_jsonb(sought) FROM public.%I sought WHERE sought.account_id = $1 AND sought.public_id = $2',
        named_table
    ) INTO found USING asked.granted_by, asked.record_id;
    IF found IS NULL THEN
        RAISE EXCEPTION 'gone' USING ERRCODE = 'CL001';
    END IF;

    RETURN jsonb_build_object(
        'record', asked.record,
        'fields', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'column', shown."column", 'how', shown.how, 'value', public.masked(found ->> shown."column", shown.how)
            ) ORDER BY shown.position), '[]')
            FROM (
                SELECT mask."column", mask.position, CASE
                    WHEN asked.kind || '.' || mask."column" = ANY (asked.unmasked)
                        AND asked.kind || '.' || mask."column" = ANY (asked.allowed_unmasked) THEN 'shown'
                    ELSE mask.how
                END AS how
                FROM public.support_access_mask mask WHERE mask.kind = asked.kind
            ) shown
        )
    );
END
$$;
REVOKE ALL ON FUNCTION read_record(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_record(uuid) TO {support};
GRANT CREATE ON SCHEMA public TO {looker};
ALTER FUNCTION read_record(uuid) OWNER TO {looker};
REVOKE CREATE ON SCHEMA public FROM {looker};
""".replace("{support}", roles.SUPPORT).replace("{looker}", roles.LOOKER)

# What was asked, allowed and checked is written once; of a look only its end is added. Masks come from the data map.
WRITTEN_ONCE = """
REVOKE UPDATE ON support_access_grant, support_access_grantstep, support_access_look, support_access_review FROM {app};
GRANT UPDATE (seen_at, shown_at, shown_hash, unmasked, closed_at) ON support_access_look TO {app};
REVOKE INSERT, UPDATE, DELETE ON support_access_mask FROM {app};
""".replace("{app}", roles.APP)

UNDO = "DROP FUNCTION read_record(uuid); DROP FUNCTION masked(text, text);"


class Migration(migrations.Migration):
    dependencies = [
        ("support_access", "0003_grants_and_looks"),
        ("audit", "0003_narrow_the_log"),
        ("accounts", "0001_first_tables"),
    ]

    operations = [
        migrations.RunSQL(MASK + READ, UNDO),
        migrations.RunSQL(WRITTEN_ONCE, migrations.RunSQL.noop),
    ]
