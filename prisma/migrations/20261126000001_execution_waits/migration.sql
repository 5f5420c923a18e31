-- What an execution waits for, beside its short state, for lists that do not read the whole of it.
ALTER TABLE "execution" ADD COLUMN "waits_for" TEXT;
