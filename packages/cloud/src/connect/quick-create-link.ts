import type { CloudAccountId } from '@slipway/core'
import type { ConnectConfig } from '../cloud-config.ts'
import { connectStackName } from '../names.ts'

/**
 * The link that opens CloudFormation's page with everything filled in. `announce: false` leaves the topic out,
 * for an account whose organisation forbids publishing outside; then the number is typed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html
 */
export function quickCreateLink(
  config: ConnectConfig,
  connection: { id: CloudAccountId; externalId: string; region: string },
  announce = true,
): string {
  const parameters = new URLSearchParams({
    templateURL: config.templateUrl,
    stackName: connectStackName(connection.id),
    param_ConnectionId: connection.id,
    param_ExternalId: connection.externalId,
    param_SlipwayAccount: config.platformAccount,
    param_SlipwayPrincipal: config.platformPrincipal,
    param_AnnounceTopic: announce ? config.announceTopicArn : '',
  })
  const region = encodeURIComponent(connection.region)
  return `${config.consoleUrl}/cloudformation/home?region=${region}#/stacks/quickcreate?${parameters}`
}

/** The stack's region: that of the topic, because a custom resource must use one of its own region. */
export function connectRegion(config: ConnectConfig): string {
  return config.announceTopicArn.split(':')[3] ?? config.awsRegion
}
