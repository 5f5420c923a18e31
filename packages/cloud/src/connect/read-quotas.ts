import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas'
import type { AwsClients } from '../session.ts'
import type { Check } from './checks.ts'

/** What a first app needs of an account, and where AWS counts it. Codes: `aws service-quotas list-service-quotas`. */
const quotas = [
  {
    name: 'quota-vcpus',
    service: 'ec2',
    code: 'L-1216C47A',
    needs: 4,
    words: (value: number) => `${value} vCPUs of standard instances; a runner and a small host need 4`,
  },
  {
    name: 'quota-addresses',
    service: 'ec2',
    code: 'L-0263D0A3',
    needs: 1,
    words: (value: number) => `${value} elastic addresses a region; each environment keeps one`,
  },
  {
    name: 'quota-networks',
    service: 'vpc',
    code: 'L-F678F1CE',
    needs: 1,
    words: (value: number) => `${value} VPCs a region; Slipway makes one`,
  },
]

/** The account's quotas against what a first app needs. One that cannot be read is `unknown`, never a failure. */
export async function readQuotas({ serviceQuotas }: AwsClients, at: Date): Promise<Check[]> {
  return Promise.all(
    quotas.map(async ({ name, service, code, needs, words }): Promise<Check> => {
      try {
        const { Quota } = await serviceQuotas.send(
          new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
        )
        if (Quota?.Value === undefined) return { name, at: at.toISOString(), outcome: 'unknown' }
        const outcome = Quota.Value >= needs ? 'passed' : 'failed'
        return { name, at: at.toISOString(), outcome, detail: words(Quota.Value) }
      } catch (error) {
        const detail = `could not be read: ${error instanceof Error ? error.name : 'unknown error'}`
        return { name, at: at.toISOString(), outcome: 'unknown', detail }
      }
    }),
  )
}
