-- Runs of commands that end by themselves: of cron services when they are due, and of people.
CREATE TABLE "run" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "command" TEXT,
    "command_id" TEXT,
    "asked_by" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "missed" INTEGER,
    "state" TEXT NOT NULL,
    "code" INTEGER,
    "error" JSONB,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "run_organisation_id_id_key" ON "run"("organisation_id", "id");
CREATE INDEX "run_environment_id_created_at_idx" ON "run"("environment_id", "created_at");
CREATE INDEX "run_service_id_created_at_idx" ON "run"("service_id", "created_at");
ALTER TABLE "run" ADD CONSTRAINT "run_organisation_id_host_id_fkey" FOREIGN KEY ("organisation_id", "host_id") REFERENCES "host"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('run');
GRANT SELECT, INSERT, UPDATE, DELETE ON run TO slipway_app, slipway_system;
