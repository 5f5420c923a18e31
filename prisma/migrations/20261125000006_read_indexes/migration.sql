-- What the pages of one app and one environment look up, which an organisation of many apps would else read whole.
CREATE INDEX "execution_revision_id_idx" ON "execution"("revision_id");
CREATE INDEX "deployment_execution_id_idx" ON "deployment"("execution_id");
CREATE INDEX "deployment_release_id_idx" ON "deployment"("release_id");
CREATE INDEX "deployment_environment_id_idx" ON "deployment"("environment_id");
CREATE INDEX "host_environment_id_idx" ON "host"("environment_id");
CREATE INDEX "execution_event_waiting" ON "execution_event" ("execution_id") WHERE "consumed_at" IS NULL;
CREATE INDEX "execution_open" ON "execution" ("app_id", "number") WHERE "ended_at" IS NULL;
