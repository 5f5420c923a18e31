import { asId, notFound, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type LogSearch, type LogsFound, searchLogs } from '@slipway/hosts'
import { serviceStream } from '@slipway/protocol'
import { findEnvironment } from './find-app.ts'

/** Lines of services as a search finds them; `service` is who said each. */
export type ServiceLinesFound = Omit<LogsFound, 'lines'> & {
  lines: Array<Omit<LogsFound['lines'][number], 'stream'> & { service: string }>
}

/**
 * Searches what the services of an environment said, of one or of all, also of those that were removed since.
 * Throws not-found of a service or host that was never there.
 */
export async function searchEnvironmentLogs(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string; service?: string | undefined; host?: string | undefined } & Omit<
    LogSearch,
    'organisationId' | 'streams' | 'hostId'
  >,
): Promise<ServiceLinesFound> {
  const { app, environment: name, service, host, ...search } = asked
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, name)
    const names = await namesOf(tx, environment.id, service)
    const hostId = host === undefined ? undefined : await hostOf(tx, environment.id, host)
    const byStream = new Map(names.map((each) => [serviceStream(environment.id, each), each]))
    const streams = [...byStream.keys()]
    const { lines, ...rest } = await searchLogs(tx, { ...search, organisationId, streams, hostId })
    return {
      ...rest,
      lines: lines.map(({ stream, ...line }) => ({ ...line, service: byStream.get(stream) ?? '' })),
    }
  })
}

async function namesOf(tx: Tx, environmentId: string, service: string | undefined): Promise<string[]> {
  const rows = await tx.service.findMany({
    where: { environmentId, ...(service === undefined ? {} : { name: service }) },
    distinct: ['name'],
    select: { name: true },
  })
  if (service !== undefined && rows.length === 0) throw notFound('service')
  return rows.map(({ name }) => name)
}

async function hostOf(tx: Tx, environmentId: string, id: string) {
  const row = await tx.host.findFirst({ where: { environmentId, id }, select: { id: true } })
  if (row === null) throw notFound('host')
  return asId('host', row.id)
}
