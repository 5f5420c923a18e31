import { asId, type CloudAccountId, notFound, type OrganisationId, type UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { accountRunners } from '@slipway/hosts'
import { type CloudAccountState, cloudAccountState, storedError } from '../account.ts'
import type { ConnectConfig } from '../cloud-config.ts'
import type { Cost } from '../costs/cost.ts'
import { connectStackName } from '../names.ts'
import { type Check, checkList } from './checks.ts'
import { quickCreateLink } from './quick-create-link.ts'
import { templateVersion } from './template.ts'
import { readWhatStays, type Stays } from './what-stays.ts'

export type CloudAccountSummary = {
  id: CloudAccountId
  name: string
  state: CloudAccountState
  accountNumber: string | null
  region: string
  reason: UserErrorFields | null
  connectedAt: Date | null
  brokenSince: Date | null
  checkedAt: Date | null
}

export type CloudAccountDetail = CloudAccountSummary & {
  checks: Check[]
  /** The links to launch the connect stack, as long as there is something to launch or to mend. */
  launch: { link: string; linkWithoutAnnouncement: string; stackName: string } | null
  template: { granted: number | null; newest: number }
  /** What lies in the account and what it costs, also after disconnecting. */
  stays: { things: Stays[]; cost: Cost }
}

/** The organisation's cloud accounts, newest first; those that were given up are left out. */
export async function listCloudAccounts(
  tx: Tx,
  organisationId: OrganisationId,
): Promise<CloudAccountSummary[]> {
  const rows = await tx.cloudAccount.findMany({
    where: { organisationId, state: { not: 'disconnected' } },
    orderBy: { createdAt: 'desc' },
  })
  return rows.map(summary)
}

/** One cloud account with all that its page shows. The links hold the external id: for those who may connect. */
export async function getCloudAccount(
  tx: Tx,
  config: ConnectConfig,
  { organisationId, id }: { organisationId: OrganisationId; id: CloudAccountId },
): Promise<CloudAccountDetail> {
  const row = await tx.cloudAccount.findFirst({ where: { id, organisationId } })
  if (!row) throw notFound('cloud account')
  const about = summary(row)
  const connection = { id, externalId: row.externalId, region: row.region }
  const mayLaunch = about.state !== 'connected' && about.state !== 'disconnected'
  return {
    ...about,
    checks: checkList.parse(row.checks),
    launch: mayLaunch
      ? {
          link: quickCreateLink(config, connection),
          linkWithoutAnnouncement: quickCreateLink(config, connection, false),
          stackName: connectStackName(id),
        }
      : null,
    template: { granted: row.templateVersion, newest: templateVersion },
    stays: await readWhatStays(tx, id, await accountRunners(tx, { organisationId, cloudAccountId: id })),
  }
}

type Row = NonNullable<Awaited<ReturnType<Tx['cloudAccount']['findFirst']>>>

function summary(row: Row): CloudAccountSummary {
  return {
    id: asId('cloudAccount', row.id),
    name: row.name,
    state: cloudAccountState.parse(row.state),
    accountNumber: row.accountNumber,
    region: row.region,
    reason: row.reason === null ? null : storedError.parse(row.reason),
    connectedAt: row.connectedAt,
    brokenSince: row.brokenSince,
    checkedAt: row.checkedAt,
  }
}
