import { Route53Client } from '@aws-sdk/client-route-53'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Database } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
import type { CloudConfig } from './cloud-config.ts'
import { proveConnection } from './connect/connect-jobs.ts'
import { openSessions, ownSettings, type Sessions } from './session.ts'
import { openSynthesis, type Synthesis } from './synth/synthesise.ts'

/** What every part of this package works with. Opened once, by the worker; nobody else may assume roles. */
export type Cloud = {
  config: CloudConfig
  sessions: Sessions
  synthesis: Synthesis
  /** Clients with the worker's own key, for what lies in Slipway's account. */
  own: { sqs: SQSClient; route53: Route53Client }
  close(): Promise<void>
}

export function openCloud(config: CloudConfig, db: Database): Cloud {
  const own = {
    sqs: new SQSClient({ ...ownSettings(config), region: config.awsRegion }),
    route53: new Route53Client({ ...ownSettings(config), region: config.awsRegion }),
  }
  const sessions = openSessions(
    config,
    () => mayAssume(db),
    // Proven again at once, so that its page says since when and why it is broken.
    ({ id, organisationId }) =>
      db.inOrganisation(organisationId, (tx) =>
        enqueue(
          tx,
          proveConnection,
          { cloudAccountId: id, since: null },
          { organisationId, key: `${id} refused` },
        ),
      ),
  )
  const synthesis = openSynthesis()
  return {
    config,
    sessions,
    synthesis,
    own,
    async close() {
      sessions.close()
      own.sqs.destroy()
      own.route53.destroy()
      await synthesis.close()
    },
  }
}

/** Key of the setting that stops every assumption of a role, for all accounts at once. Its value is `true`. */
export const stopAssumption = 'stop-assumption'

async function mayAssume(db: Database): Promise<boolean> {
  const setting = await db.inSystem('stop all assumption', (tx) =>
    tx.systemSetting.findUnique({ where: { key: stopAssumption } }),
  )
  return setting?.value !== true
}
