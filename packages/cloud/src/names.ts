import type { CloudAccountId, EnvironmentId } from '@slipway/core'

/**
 * How things of ours are called in a customer's account. Names of roles and policies are unique per account
 * whatever their path, so they end in the connection's id; a bucket's name is unique in the world, so it holds
 * account, region and the random part of that id.
 */
const rolePath = '/slipway/'
export const appRolePath = '/slipway/app/'

/** The tag that what Slipway made carries, and that it needs to be operated on. */
export const managedTag = { Key: 'slipway:managed', Value: 'true' } as const

export const controlRoleName = (connection: string) => `control-${connection}`
const cfnRoleName = (connection: string) => `cfn-${connection}`
export const runnerRoleName = (connection: string) => `runner-${connection}`
const boundaryName = (connection: string) => `boundary-${connection}`

export function controlRoleArn(account: string, connection: CloudAccountId): string {
  return `arn:aws:iam::${account}:role${rolePath}${controlRoleName(connection)}`
}

export function cfnRoleArn(account: string, connection: CloudAccountId): string {
  return `arn:aws:iam::${account}:role${rolePath}${cfnRoleName(connection)}`
}

export function boundaryArn(account: string, connection: CloudAccountId): string {
  return `arn:aws:iam::${account}:policy${rolePath}${boundaryName(connection)}`
}

/** The last 13 characters of an id: its random part (65 bits), letters and digits only. */
function randomPart(id: string): string {
  return id.slice(-13)
}

/** At most 50 of the 63 characters that a bucket's name may have. */
export function bucketName(account: string, region: string, connection: CloudAccountId): string {
  return `slipway-${account}-${region}-${randomPart(connection)}`
}

/**
 * Not `slipway-…`: the control role may change stacks of that name only, and must not be able to change the
 * stack that made it.
 */
export function connectStackName(connection: CloudAccountId): string {
  return `connect-slipway-${randomPart(connection)}`
}

export function baseStackName(connection: CloudAccountId): string {
  return `slipway-base-${randomPart(connection)}`
}

export function runnerStackName(connection: CloudAccountId): string {
  return `slipway-runner-${randomPart(connection)}`
}

/** Readable in the customer's console: `slipway-shop-production-<random>`. */
export function environmentStackName(app: string, environment: string, id: EnvironmentId): string {
  const word = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
  return `slipway-${word(app)}-${word(environment)}-${randomPart(id)}`
}

/** What all sites of an account share: it is global, so that there is one, and its stack lies where CloudFront's parts must. */
export function edgeStackName(connection: CloudAccountId): string {
  return `slipway-edge-${randomPart(connection)}`
}

/** Of what the edge stack makes; each is unique in its account. */
export function edgeName(connection: CloudAccountId): string {
  return `slipway-${randomPart(connection)}`
}

/** Of a site's function and of the store that it reads. */
export function siteName(id: EnvironmentId): string {
  return `slipway-site-${randomPart(id)}`
}

/** Of a cluster's group, load balancer and targets: their rights go by this beginning, and 32 characters are the most. */
export function clusterName(id: EnvironmentId): string {
  return `slipway-${randomPart(id)}`
}

/** Beside the others of its stack in CloudWatch's list. `cfn` may make alarms of this beginning only. */
export function hostAlarmName(stackName: string): string {
  return `${stackName}-host-checks`
}

/**
 * Of the function of a service: at most 64 characters. A service has at most 40, of which a long one loses its end; its
 * stack then says that the name is taken where two are alike.
 */
export function functionName(id: EnvironmentId, service: string): string {
  return `slipway-${service.slice(0, 40)}-${randomPart(id)}`
}

/** The role of an environment's functions. */
export function functionRoleName(id: EnvironmentId): string {
  return `function-${id}`
}

/** Where what the functions of an environment print lies in CloudWatch Logs, by service. */
export function functionLogGroup(id: EnvironmentId, service: string): string {
  return `/slipway/${id}/${service}`
}

/** Role and instance profile of an environment's host. Known without asking AWS, so that a proof can be compared. */
export function hostRoleName(id: EnvironmentId): string {
  return `host-${id}`
}

export function hostProfileArn(account: string, id: EnvironmentId): string {
  return `arn:aws:iam::${account}:instance-profile${appRolePath}${hostRoleName(id)}`
}

export function runnerProfileArn(account: string, connection: CloudAccountId): string {
  return `arn:aws:iam::${account}:instance-profile${rolePath}${runnerRoleName(connection)}`
}

/** Everything of an environment in its bucket lies under this prefix, and its host reads nothing else there. */
export function environmentPrefix(id: EnvironmentId): string {
  return `environments/${id}/`
}

/** The files of all sites lie under it, and CloudFront reads nothing else. */
export const sitesPrefix = 'sites/'

/** Where the files of one build of a site lie, by its SHA-256: releases that differ in nothing share them. */
export function sitePrefix(id: EnvironmentId, digest: string): string {
  return `${sitesPrefix}${id}/${digest.slice(0, 16)}/`
}

/** Where the list of those files lies. */
export function siteListKey(id: EnvironmentId, digest: string): string {
  return `${environmentPrefix(id)}releases/${digest.slice(0, 16)}.site.json`
}

/** What steps keep for later ones lies under it. */
export const artifactPrefix = 'artifacts/'

/** Where an environment's secrets lie in the customer's Parameter Store. */
export function parameterName(id: EnvironmentId, name: string): string {
  return `/slipway/${id}/${name}`
}
