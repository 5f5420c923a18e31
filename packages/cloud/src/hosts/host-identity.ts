import type { CloudAccountId, EnvironmentId } from '@slipway/core'
import { hostProfileArn, hostRoleName, runnerProfileArn, runnerRoleName } from '../names.ts'

/** What an instance must be to be admitted: all of it is known to us without asking the instance. */
export type ExpectedIdentity = { account: string; role: string; profileArn: string; stackName: string }

export function expectedHost(account: string, id: EnvironmentId, stackName: string): ExpectedIdentity {
  return { account, role: hostRoleName(id), profileArn: hostProfileArn(account, id), stackName }
}

export function expectedRunner(
  account: string,
  connection: CloudAccountId,
  stackName: string,
): ExpectedIdentity {
  return {
    account,
    role: runnerRoleName(connection),
    profileArn: runnerProfileArn(account, connection),
    stackName,
  }
}
