-- The roll-up by day instead of by hour: a month of many services is read in a twentieth of the rows.
CREATE TABLE "service_day" (
    "organisation_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "masks" BYTEA NOT NULL DEFAULT decode(repeat('00', 192), 'hex'),
    "stale" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "service_day_pkey" PRIMARY KEY ("organisation_id", "service_id", "day"),
    CONSTRAINT "service_day_masks" CHECK (octet_length("masks") = 192)
);

-- The owner too is held to row-level security, which would show no row of any tenant.
ALTER TABLE "service_hour" NO FORCE ROW LEVEL SECURITY;
INSERT INTO "service_day" ("organisation_id", "service_id", "day", "masks", "stale")
SELECT known.organisation_id, known.service_id, known.day,
  string_agg(int8send(coalesce(mask, 0)), '' ORDER BY at),
  coalesce(bit_or(1 << at) FILTER (WHERE is_stale), 0)
FROM (
  SELECT DISTINCT organisation_id, service_id, (hour AT TIME ZONE 'UTC')::date AS day FROM "service_hour"
) AS known
CROSS JOIN generate_series(0, 23) AS at
LEFT JOIN "service_hour" AS hour ON hour.organisation_id = known.organisation_id
  AND hour.service_id = known.service_id
  AND hour.hour = (known.day + at * interval '1 hour') AT TIME ZONE 'UTC'
GROUP BY known.organisation_id, known.service_id, known.day;
DROP TABLE "service_hour";

SELECT protect_tenant_table('service_day');
GRANT SELECT, INSERT, UPDATE, DELETE ON "service_day" TO slipway_app, slipway_system;
