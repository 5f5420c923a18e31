-- A plan has a list of runtimes, each kind once, instead of one or `none`.
ALTER TABLE "revision" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "release" NO FORCE ROW LEVEL SECURITY;
UPDATE "revision" SET "plan" = ("plan" - 'runtime') || jsonb_build_object(
    'runtimes', CASE WHEN "plan" #>> '{runtime,kind}' = 'none' THEN '[]'::jsonb ELSE jsonb_build_array("plan" -> 'runtime') END
) WHERE "plan" ? 'runtime';
UPDATE "release" SET "plan" = ("plan" - 'runtime') || jsonb_build_object(
    'runtimes', CASE WHEN "plan" #>> '{runtime,kind}' = 'none' THEN '[]'::jsonb ELSE jsonb_build_array("plan" -> 'runtime') END
) WHERE "plan" ? 'runtime';
ALTER TABLE "revision" FORCE ROW LEVEL SECURITY;
ALTER TABLE "release" FORCE ROW LEVEL SECURITY;
