import type { Database } from '@slipway/db'

const answerMilliseconds = 2000

/** Whether Postgres answers within two seconds: all that the api needs to accept work. */
export async function isReady(db: Database): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), answerMilliseconds)
  const asked = db
    .inSystem('ask whether Postgres answers', (tx) => tx.$queryRaw`select 1`)
    .then(
      () => true,
      () => false,
    )
  try {
    return await Promise.race([asked, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
