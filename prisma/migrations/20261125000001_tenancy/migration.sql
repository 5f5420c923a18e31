-- Who may see what. The roles slipway_app (one tenant at a time) and slipway_system (every tenant, on the paths
-- listed in packages/db/src/system.ts) exist before the first migration (packages/db/src/migrate.ts).

GRANT USAGE ON SCHEMA public TO slipway_app, slipway_system;

-- Row-level security of a tenant's table, also against its owner. An unset tenant sees nothing.
CREATE FUNCTION protect_tenant_table(target regclass, tenant_column text DEFAULT 'organisation_id') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  own text := format('%I = nullif(current_setting(''slipway.organisation'', true), '''')', tenant_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant ON %s USING (%s) WITH CHECK (%s)', target, own, own);
END $$;

DO $$
DECLARE
  tenant_table regclass;
BEGIN
  FOR tenant_table IN
    SELECT c.oid::regclass FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  LOOP
    PERFORM protect_tenant_table(tenant_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO slipway_app, slipway_system', tenant_table);
  END LOOP;
END $$;

SELECT protect_tenant_table('organisation', 'id');
GRANT SELECT, INSERT, UPDATE ON organisation TO slipway_app, slipway_system;

-- Append-only, for everyone.
REVOKE UPDATE, DELETE ON "usage", audit_entry FROM slipway_app, slipway_system;
REVOKE DELETE ON execution_event, release, bill_line FROM slipway_app, slipway_system;

-- Outside tenant scope.
GRANT SELECT, INSERT, UPDATE, DELETE ON "user", session, account, verification, stripe_event, system_setting, clock_offset TO slipway_system;
GRANT SELECT ON clock_offset, system_setting TO slipway_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO slipway_app, slipway_system;
INSERT INTO clock_offset (id, offset_milliseconds) VALUES (1, 0);

-- One living thing of a name.
CREATE UNIQUE INDEX outbox_key ON outbox (coalesce(organisation_id, ''), name, key) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE UNIQUE INDEX member_active ON member (organisation_id, user_id) WHERE until IS NULL;
CREATE UNIQUE INDEX cloud_account_connected ON cloud_account (account_number) WHERE state IN ('connected', 'broken');
CREATE UNIQUE INDEX app_name ON app (organisation_id, name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX environment_name ON environment (app_id, name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX service_name ON service (environment_id, name) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX variable_name ON variable (environment_id, name) WHERE removed_at IS NULL;

-- Partitions are made before they are needed: by the caller, in its own transaction, which costs a lookup when
-- the partition is there. `target` is one of the three partitioned tables, a day or a month by its kind.
CREATE FUNCTION ensure_partition(target text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  unit text := CASE target WHEN 'usage' THEN 'month' WHEN 'log_chunk' THEN 'day' WHEN 'metric_minute' THEN 'day' END;
  first timestamptz := date_trunc(unit, at, 'UTC');
  part text := target || '_' || to_char(first AT TIME ZONE 'UTC', CASE unit WHEN 'month' THEN 'YYYYMM' ELSE 'YYYYMMDD' END);
BEGIN
  IF unit IS NULL THEN RAISE EXCEPTION 'not a partitioned table: %', target; END IF;
  IF to_regclass(part) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext(part));
  -- Read as a table: the cache behind to_regclass may not have heard yet of what another committed.
  IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, target, first,
    date_trunc(unit, (first AT TIME ZONE 'UTC') + ('1 ' || unit)::interval) AT TIME ZONE 'UTC');
  PERFORM protect_tenant_table(part::regclass);
END $$;
REVOKE ALL ON FUNCTION ensure_partition(text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION ensure_partition(text, timestamptz) TO slipway_app, slipway_system;

-- Those who wait are told at the commit.
CREATE FUNCTION tell_outbox() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION tell_outbox();
CREATE FUNCTION tell_host_command() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('host_command', NEW.host_id); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON host_command FOR EACH ROW EXECUTE FUNCTION tell_host_command();
