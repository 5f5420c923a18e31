-- The keys that sign what the hooks of an app's pipeline send.
CREATE TABLE "hook_key" (
    "organisation_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "hook_key_pkey" PRIMARY KEY ("organisation_id", "id")
);
CREATE INDEX "hook_key_app_id_idx" ON "hook_key"("app_id");
ALTER TABLE "hook_key" ADD CONSTRAINT "hook_key_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "hook_key" ADD CONSTRAINT "hook_key_organisation_id_id_fkey" FOREIGN KEY ("organisation_id", "id") REFERENCES "sealed_value"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
SELECT protect_tenant_table('hook_key');
GRANT SELECT, INSERT, UPDATE, DELETE ON hook_key TO slipway_app, slipway_system;
