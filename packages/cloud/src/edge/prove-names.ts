import { DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { z } from 'zod'
import { type NameRecord, publishNames, withdrawNames } from '../publish-name.ts'
import type { Connection } from '../session.ts'
import { changeStackRow, findStackRow } from '../stacks/stack-row.ts'
import type { AccountContext } from '../targets/target.ts'

/**
 * Proves to AWS's certificate authority that the names behind CloudFront are ours to give: it asks for a record for each, which
 * is written into our own zone. Safe to repeat, and nothing happens before it has been asked. What was written is noted
 * with the stack, to be taken back with it, or with the name that it was for.
 */
export async function proveNames(
  context: AccountContext,
  connection: Connection,
  { name, hosts }: { name: string; hosts: readonly string[] },
): Promise<void> {
  const { db, cloud, organisationId, cloudAccountId, region, clock } = context
  const row = await db.inOrganisation(organisationId, (tx) =>
    findStackRow(tx, { cloudAccountId, region, name }),
  )
  const arns = await certificatesOf(context, connection, name)
  if (row === undefined || arns.length === 0) return
  const { acm } = await cloud.sessions.clients(connection, 'observe', region)
  const asked = await Promise.all(
    arns.map(async (CertificateArn) => {
      const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }))
      return Certificate?.DomainValidationOptions ?? []
    }),
  )
  const records = asked.flat().flatMap(({ ResourceRecord: asked }): NameRecord[] => {
    const record = asked?.Name?.replace(/\.$/, '').toLowerCase()
    return record && asked?.Value && asked.Type === 'CNAME' && isProofOf(record, hosts)
      ? [{ name: record, type: 'CNAME', value: asked.Value }]
      : []
  })
  const noted = { ...row.fixed, proofs: JSON.stringify(records) }
  if (records.length === 0 || noted.proofs === row.fixed.proofs) return
  await publishNames(cloud, records)
  const dropped = proofsOf(row.fixed).filter((old) => !records.some(({ name }) => name === old.name))
  await withdrawNames(cloud, dropped)
  await db.inOrganisation(organisationId, (tx) => changeStackRow(tx, row.id, { fixed: noted }, clock.now()))
}

const proofs = z.array(z.object({ name: z.string(), type: z.literal('CNAME'), value: z.string() }))

/** The records that were written for a stack. */
export function proofsOf(fixed: Record<string, string>): NameRecord[] {
  return fixed.proofs === undefined ? [] : proofs.parse(JSON.parse(fixed.proofs))
}

/** Below one of the site's own names and no other: an answer out of somebody's account does not write into our zone. */
function isProofOf(record: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => record.endsWith(`.${host}`) && record.startsWith('_'))
}

async function certificatesOf(
  context: AccountContext,
  connection: Connection,
  name: string,
): Promise<string[]> {
  const { cloudFormation } = await context.cloud.sessions.clients(connection, 'observe', context.region)
  const { StackResources } = await cloudFormation
    .send(new DescribeStackResourcesCommand({ StackName: name }))
    // Not there yet: its first change set is still being worked out.
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'ValidationError') return { StackResources: [] }
      throw error
    })
  return (StackResources ?? []).flatMap(({ ResourceType, PhysicalResourceId: arn }) =>
    ResourceType === 'AWS::CertificateManager::Certificate' && arn?.startsWith('arn:') ? [arn] : [],
  )
}
