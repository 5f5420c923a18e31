-- How the alarms that a stack made were when they were last read.
ALTER TABLE "stack" ADD COLUMN "alarms" JSONB NOT NULL DEFAULT '[]';
