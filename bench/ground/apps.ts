import { realClock } from '../../packages/core/src/index.ts'
import type { Database } from '../../packages/db/src/index.ts'
import { type App, createApp } from '../../packages/environments/src/index.ts'
import type { Tenant } from '../../packages/environments/src/testing.ts'

/** An app as on AWS, where every gate listens on the same port: a thousand ports of one machine would not do here. */
export function addApp(db: Database, tenant: Tenant, name: string): Promise<App> {
  const { organisationId, userId, cloudAccountId } = tenant
  const asked = { name, cloudAccountId, region: 'eu-west-1', branch: 'main', autoDeploy: true, by: userId }
  return createApp(db, organisationId, asked, { clock: realClock, gatePorts: { first: 80, last: 80 } })
}
