-- What an environment runs on, chosen with its first deployment and kept: those that were deployed before there was a
-- choice run on a server.
ALTER TABLE "environment" ADD COLUMN "compute" TEXT;
UPDATE "environment" SET "compute" = 'server' WHERE "instance_type" IS NOT NULL;

-- From this moment what runs in the environment was touched.
ALTER TABLE "deployment" ADD COLUMN "begun_at" TIMESTAMPTZ(3);
