-- Whose lines they are, for a search of one host's.
ALTER TABLE "log_chunk" ADD COLUMN "host_id" TEXT;
