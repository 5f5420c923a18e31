-- A recording marks its hours; whoever reads a stale hour reads the rows behind it instead.
ALTER TABLE "service_hour" ADD COLUMN "is_stale" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX service_hour_stale ON service_hour (organisation_id, hour) WHERE is_stale;

-- Which plan a minute was under never changes afterwards.
REVOKE UPDATE, DELETE ON plan_change FROM slipway_app, slipway_system;
