-- Which stage of the pipeline deploys into an environment, and the stages that a person holds.
ALTER TABLE "environment" ADD COLUMN "stage" TEXT NOT NULL DEFAULT 'production';

CREATE TABLE "pipeline_stage_hold" (
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "held_since" TIMESTAMPTZ(3) NOT NULL,
    "held_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "pipeline_stage_hold_pkey" PRIMARY KEY ("organisation_id", "app_id", "stage")
);
ALTER TABLE "pipeline_stage_hold" ADD CONSTRAINT "pipeline_stage_hold_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('pipeline_stage_hold');
GRANT SELECT, INSERT, UPDATE, DELETE ON pipeline_stage_hold TO slipway_app, slipway_system;
