-- What a command is about, in a column of its own: row-level security keeps an index on what lies inside of JSON from use.
ALTER TABLE "host_command" ADD COLUMN "subject" TEXT;
UPDATE "host_command" SET "subject" =
  coalesce("command"#>>'{spec,deploymentId}', "command"#>>'{spec,stepId}', "command"#>>'{spec,releaseId}');
CREATE INDEX "host_command_subject_idx" ON "host_command" ("subject") WHERE "subject" IS NOT NULL;
