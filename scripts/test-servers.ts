import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { installPythonTools } from '../apps/sandbox/src/parts/python-tools.ts'
import { freePort } from '../apps/sandbox/src/parts/ready.ts'
import { startValkey } from '../apps/sandbox/src/parts/valkey.ts'
import { startPostgres } from '../packages/db/src/embedded.ts'
import { prepareTemplate } from '../packages/db/src/testing.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))

/** One PostgreSQL and one Redis for a run of the tests, thrown away at its end. TEST_POSTGRES_URL names a running Postgres instead. */
export default async function setUp(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'))
  // As root the server runs under a user of its own, who must be able to enter.
  await chmod(folder, 0o755)
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const tearDown = async () => {
    for (const stop of stops.reverse()) await stop()
  }
  try {
    let adminUrl = process.env.TEST_POSTGRES_URL
    if (!adminUrl) {
      // A lost test database costs nothing.
      const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      const postgres = await startPostgres(join(folder, 'postgres'), await freePort(), careless)
      stops.push(postgres.stop)
      adminUrl = postgres.adminUrl
    }
    await prepareTemplate(adminUrl)
    const tools = await installPythonTools(join(projectFolder, '.local'))
    const valkey = await startValkey({ state: folder, port: await freePort(), tools })
    stops.push(valkey.stop)
    project.provide('postgresUrl', adminUrl)
    project.provide('redisUrl', valkey.url)
  } catch (error) {
    await tearDown()
    throw error
  }
  return tearDown
}
