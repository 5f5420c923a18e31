-- Snapshots of disks, and the exchange of a disk for one made of a snapshot.
CREATE TABLE "disk_snapshot" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "cloud_account_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "disk" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "aws_id" TEXT,
    "gigabytes" INTEGER,
    "size_bytes" BIGINT,
    "error" JSONB,
    "asked_by" TEXT,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "disk_snapshot_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "disk_snapshot_organisation_id_id_key" ON "disk_snapshot"("organisation_id", "id");
CREATE INDEX "disk_snapshot_environment_id_asked_at_idx" ON "disk_snapshot"("environment_id", "asked_at");
ALTER TABLE "disk_snapshot" ADD CONSTRAINT "disk_snapshot_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('disk_snapshot');
GRANT SELECT, INSERT, UPDATE, DELETE ON disk_snapshot TO slipway_app, slipway_system;

CREATE TABLE "disk_restore" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "disk" TEXT NOT NULL,
    "snapshot_id" TEXT NOT NULL,
    "kept_id" TEXT,
    "way" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "waits_for" TEXT,
    "memory" JSONB NOT NULL DEFAULT '{}',
    "error" JSONB,
    "asked_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "stepped_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "disk_restore_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "disk_restore_organisation_id_id_key" ON "disk_restore"("organisation_id", "id");
CREATE INDEX "disk_restore_environment_id_created_at_idx" ON "disk_restore"("environment_id", "created_at");
-- One at a time.
CREATE UNIQUE INDEX "disk_restore_running_key" ON "disk_restore"("environment_id") WHERE "state" = 'running';
ALTER TABLE "disk_restore" ADD CONSTRAINT "disk_restore_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "disk_restore" ADD CONSTRAINT "disk_restore_organisation_id_snapshot_id_fkey" FOREIGN KEY ("organisation_id", "snapshot_id") REFERENCES "disk_snapshot"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('disk_restore');
GRANT SELECT, INSERT, UPDATE, DELETE ON disk_restore TO slipway_app, slipway_system;
