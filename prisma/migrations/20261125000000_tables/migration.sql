-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "usage" (
    "organisation_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "mask" BIGINT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_pkey" PRIMARY KEY ("organisation_id","service_id","hour","source","sequence","kind")
) PARTITION BY RANGE ("hour");

-- CreateTable
CREATE TABLE "service_hour" (
    "organisation_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "mask" BIGINT NOT NULL,
    "minutes" INTEGER NOT NULL,

    CONSTRAINT "service_hour_pkey" PRIMARY KEY ("organisation_id","service_id","hour")
);

-- CreateTable
CREATE TABLE "plan_change" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "plan_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bill" (
    "organisation_id" TEXT NOT NULL,
    "month" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "total_micro_dollars" BIGINT,
    "total_cents" INTEGER,
    "digest" TEXT,
    "stripe_invoice_id" TEXT,
    "stripe_status" TEXT,
    "stripe_number" TEXT,
    "stripe_url" TEXT,
    "cutoff_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "bill_pkey" PRIMARY KEY ("organisation_id","month")
);

-- CreateTable
CREATE TABLE "bill_line" (
    "organisation_id" TEXT NOT NULL,
    "month" TIMESTAMPTZ(3) NOT NULL,
    "position" INTEGER NOT NULL,
    "description" TEXT NOT NULL,
    "amount_micro_dollars" BIGINT NOT NULL,
    "amount_cents" INTEGER NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "bill_line_pkey" PRIMARY KEY ("organisation_id","month","position")
);

-- CreateTable
CREATE TABLE "closing_step" (
    "organisation_id" TEXT NOT NULL,
    "month" TIMESTAMPTZ(3) NOT NULL,
    "name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "key_number" INTEGER NOT NULL DEFAULT 0,
    "done_at" TIMESTAMPTZ(3),
    "result" JSONB,

    CONSTRAINT "closing_step_pkey" PRIMARY KEY ("organisation_id","month","name")
);

-- CreateTable
CREATE TABLE "billing_customer" (
    "organisation_id" TEXT NOT NULL,
    "stripe_customer_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "billing_customer_pkey" PRIMARY KEY ("organisation_id")
);

-- CreateTable
CREATE TABLE "stripe_event" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cloud_account" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "account_number" TEXT,
    "state" TEXT NOT NULL,
    "reason" JSONB,
    "checks" JSONB NOT NULL DEFAULT '[]',
    "template_version" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3),
    "broken_since" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "disconnected_at" TIMESTAMPTZ(3),

    CONSTRAINT "cloud_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stack" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "cloud_account_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "environment_id" TEXT,
    "state" TEXT NOT NULL,
    "aws_status" TEXT,
    "template_digest" TEXT,
    "change_set" TEXT,
    "outputs" JSONB NOT NULL DEFAULT '{}',
    "fixed" JSONB NOT NULL DEFAULT '{}',
    "reason" JSONB,
    "last_event_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stack_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cloud_account_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "branch" TEXT NOT NULL DEFAULT 'main',
    "auto_deploy" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "deleting_since" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "app_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environment" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cloud_account_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "gate_port" INTEGER NOT NULL,
    "instance_type" TEXT,
    "architecture" TEXT,
    "config_version" INTEGER NOT NULL DEFAULT 0,
    "live_release_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "public_name" TEXT,
    "plan" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "variable" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "secret" BOOLEAN NOT NULL,
    "value" TEXT,
    "version" INTEGER,
    "digest" TEXT,
    "sealed_value_id" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by" TEXT NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "variable_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "cloud_account_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "environment_id" TEXT,
    "instance_id" TEXT,
    "instance_type" TEXT,
    "architecture" TEXT,
    "state" TEXT NOT NULL,
    "public_key" TEXT,
    "boot" TEXT,
    "agent" TEXT,
    "protocol" INTEGER,
    "address" TEXT,
    "health" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "idle_since" TIMESTAMPTZ(3),

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_enrolment" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "proof" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "reason" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "judged_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_enrolment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_command" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "command" JSONB NOT NULL,
    "deadline" TIMESTAMPTZ(3) NOT NULL,
    "then_name" TEXT,
    "then_payload" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ok" BOOLEAN,
    "result" JSONB,

    CONSTRAINT "host_command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_chunk" (
    "organisation_id" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "source_sequence" BIGINT NOT NULL,
    "lines" JSONB NOT NULL,

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("organisation_id","stream","at","source","source_sequence")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "metric_minute" (
    "organisation_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "values" JSONB NOT NULL,

    CONSTRAINT "metric_minute_pkey" PRIMARY KEY ("organisation_id","host_id","service_id","minute")
) PARTITION BY RANGE ("minute");

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "user_id" TEXT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organisation" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "member" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "ending" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "organisation_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("organisation_id","sequence")
);

-- CreateTable
CREATE TABLE "revision" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "sha" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "author_email" TEXT NOT NULL,
    "authored_at" TIMESTAMPTZ(3) NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "pushed_by" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "plan" JSONB,
    "plan_errors" JSONB,
    "bad_since" TIMESTAMPTZ(3),
    "bad_reason" JSONB,

    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "release_id" TEXT,
    "started_by" TEXT NOT NULL,
    "reason" TEXT,
    "state" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_event" (
    "organisation_id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" JSONB NOT NULL,
    "consumed_at" TIMESTAMPTZ(3),
    "key" TEXT,

    CONSTRAINT "execution_event_pkey" PRIMARY KEY ("organisation_id","execution_id","sequence")
);

-- CreateTable
CREATE TABLE "release" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "architecture" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "config_version" INTEGER NOT NULL,
    "variables" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "release_id" TEXT NOT NULL,
    "previous_release_id" TEXT,
    "fence" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "error" JSONB,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_step" (
    "organisation_id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "deployment_id" TEXT,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "waits_for" TEXT,
    "memory" JSONB NOT NULL DEFAULT '{}',
    "wait_until" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "error" JSONB,

    CONSTRAINT "deployment_step_pkey" PRIMARY KEY ("organisation_id","execution_id","path","position")
);

-- CreateTable
CREATE TABLE "clock_offset" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "offset_milliseconds" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "clock_offset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "system_setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "lease" (
    "organisation_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("organisation_id","name")
);

-- CreateTable
CREATE TABLE "sealed_value" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sealed_value_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "organisation_id" TEXT,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "key" TEXT,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "running_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "done_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "push" (
    "id" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "push_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clone_token" (
    "hash" TEXT NOT NULL,
    "organisation_id" TEXT NOT NULL,
    "app_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "clone_token_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "plan_change_organisation_id_id_key" ON "plan_change"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "billing_customer_stripe_customer_id_key" ON "billing_customer"("stripe_customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "cloud_account_external_id_key" ON "cloud_account"("external_id");

-- CreateIndex
CREATE UNIQUE INDEX "cloud_account_organisation_id_id_key" ON "cloud_account"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "stack_organisation_id_id_key" ON "stack"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "stack_cloud_account_id_region_name_key" ON "stack"("cloud_account_id", "region", "name");

-- CreateIndex
CREATE UNIQUE INDEX "app_organisation_id_id_key" ON "app"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "environment_organisation_id_id_key" ON "environment"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "service_public_name_key" ON "service"("public_name");

-- CreateIndex
CREATE UNIQUE INDEX "service_organisation_id_id_key" ON "service"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "variable_organisation_id_id_key" ON "variable"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "host_organisation_id_id_key" ON "host"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "host_enrolment_nonce_key" ON "host_enrolment"("nonce");

-- CreateIndex
CREATE UNIQUE INDEX "host_enrolment_organisation_id_id_key" ON "host_enrolment"("organisation_id", "id");

-- CreateIndex
CREATE INDEX "host_command_host_id_ended_at_idx" ON "host_command"("host_id", "ended_at");

-- CreateIndex
CREATE UNIQUE INDEX "host_command_organisation_id_id_key" ON "host_command"("organisation_id", "id");

-- CreateIndex
CREATE INDEX "log_chunk_organisation_id_stream_sequence_idx" ON "log_chunk"("organisation_id", "stream", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "organisation_slug_key" ON "organisation"("slug");

-- CreateIndex
CREATE INDEX "member_user_id_idx" ON "member"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "member_organisation_id_id_key" ON "member"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "token_organisation_id_id_key" ON "token"("organisation_id", "id");

-- CreateIndex
CREATE INDEX "revision_app_id_sha_idx" ON "revision"("app_id", "sha");

-- CreateIndex
CREATE UNIQUE INDEX "revision_organisation_id_id_key" ON "revision"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "revision_app_id_position_key" ON "revision"("app_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "execution_organisation_id_id_key" ON "execution"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "execution_app_id_number_key" ON "execution"("app_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "execution_event_execution_id_key_key" ON "execution_event"("execution_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "release_organisation_id_id_key" ON "release"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "release_environment_id_number_key" ON "release"("environment_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "deployment_organisation_id_id_key" ON "deployment"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sealed_value_organisation_id_id_key" ON "sealed_value"("organisation_id", "id");

-- CreateIndex
CREATE INDEX "push_app_id_ref_received_at_idx" ON "push"("app_id", "ref", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "push_organisation_id_id_key" ON "push"("organisation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "clone_token_organisation_id_hash_key" ON "clone_token"("organisation_id", "hash");

-- AddForeignKey
ALTER TABLE "plan_change" ADD CONSTRAINT "plan_change_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bill" ADD CONSTRAINT "bill_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bill_line" ADD CONSTRAINT "bill_line_organisation_id_month_fkey" FOREIGN KEY ("organisation_id", "month") REFERENCES "bill"("organisation_id", "month") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "closing_step" ADD CONSTRAINT "closing_step_organisation_id_month_fkey" FOREIGN KEY ("organisation_id", "month") REFERENCES "bill"("organisation_id", "month") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing_customer" ADD CONSTRAINT "billing_customer_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cloud_account" ADD CONSTRAINT "cloud_account_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stack" ADD CONSTRAINT "stack_organisation_id_cloud_account_id_fkey" FOREIGN KEY ("organisation_id", "cloud_account_id") REFERENCES "cloud_account"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app" ADD CONSTRAINT "app_organisation_id_cloud_account_id_fkey" FOREIGN KEY ("organisation_id", "cloud_account_id") REFERENCES "cloud_account"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_organisation_id_cloud_account_id_fkey" FOREIGN KEY ("organisation_id", "cloud_account_id") REFERENCES "cloud_account"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service" ADD CONSTRAINT "service_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variable" ADD CONSTRAINT "variable_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host" ADD CONSTRAINT "host_organisation_id_cloud_account_id_fkey" FOREIGN KEY ("organisation_id", "cloud_account_id") REFERENCES "cloud_account"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host" ADD CONSTRAINT "host_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_enrolment" ADD CONSTRAINT "host_enrolment_organisation_id_host_id_fkey" FOREIGN KEY ("organisation_id", "host_id") REFERENCES "host"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_command" ADD CONSTRAINT "host_command_organisation_id_host_id_fkey" FOREIGN KEY ("organisation_id", "host_id") REFERENCES "host"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revision" ADD CONSTRAINT "revision_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution" ADD CONSTRAINT "execution_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution" ADD CONSTRAINT "execution_organisation_id_revision_id_fkey" FOREIGN KEY ("organisation_id", "revision_id") REFERENCES "revision"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_event" ADD CONSTRAINT "execution_event_organisation_id_execution_id_fkey" FOREIGN KEY ("organisation_id", "execution_id") REFERENCES "execution"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_organisation_id_revision_id_fkey" FOREIGN KEY ("organisation_id", "revision_id") REFERENCES "revision"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_organisation_id_environment_id_fkey" FOREIGN KEY ("organisation_id", "environment_id") REFERENCES "environment"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_organisation_id_execution_id_fkey" FOREIGN KEY ("organisation_id", "execution_id") REFERENCES "execution"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_organisation_id_release_id_fkey" FOREIGN KEY ("organisation_id", "release_id") REFERENCES "release"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_step" ADD CONSTRAINT "deployment_step_organisation_id_execution_id_fkey" FOREIGN KEY ("organisation_id", "execution_id") REFERENCES "execution"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lease" ADD CONSTRAINT "lease_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sealed_value" ADD CONSTRAINT "sealed_value_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push" ADD CONSTRAINT "push_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clone_token" ADD CONSTRAINT "clone_token_organisation_id_app_id_fkey" FOREIGN KEY ("organisation_id", "app_id") REFERENCES "app"("organisation_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;


