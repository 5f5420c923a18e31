-- A deployment that only rehearses: there and back again, counted neither as a delivery nor as a rollback.
ALTER TABLE "deployment" ADD COLUMN "rehearses" BOOLEAN NOT NULL DEFAULT false;
