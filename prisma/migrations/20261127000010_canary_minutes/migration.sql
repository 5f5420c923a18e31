-- What two releases that a host serves side by side answered in each minute, and what the host judged by then.
CREATE TABLE "canary_minute" (
    "organisation_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "values" JSONB NOT NULL,
    "judgement" JSONB NOT NULL,

    CONSTRAINT "canary_minute_pkey" PRIMARY KEY ("organisation_id", "host_id", "deployment_id", "service_id", "minute")
);
CREATE INDEX "canary_minute_deployment_id_idx" ON "canary_minute"("deployment_id");
ALTER TABLE "canary_minute" ADD CONSTRAINT "canary_minute_organisation_id_host_id_fkey" FOREIGN KEY ("organisation_id", "host_id") REFERENCES "host"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('canary_minute');
GRANT SELECT, INSERT, UPDATE, DELETE ON canary_minute TO slipway_app, slipway_system;
