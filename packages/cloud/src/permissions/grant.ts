/**
 * Everything that Slipway may do in a customer's account, in the tables of this folder, one for each role. The connect template's roles, each
 * session's policy and the page that says what Slipway can do are made from it, so that they cannot differ.
 *
 * `<account>`, `<connection>` and `<region>` in a resource are filled in by whoever makes a policy of it
 * (policy.ts).
 */

export type Conditions = Record<string, Record<string, string | readonly string[]>>

export type Grant = {
  /** Ends the sentence "It can …" (or, for a denial, "It can never …"). */
  words: string
  actions: readonly string[]
  resources: readonly string[]
  conditions?: Conditions
}

export const account = '<account>'
export const stacks = `arn:aws:cloudformation:<region>:${account}:stack/slipway-*/*`
export const bucket = `arn:aws:s3:::slipway-${account}-*`
export const cfnRole = `arn:aws:iam::${account}:role/slipway/cfn-<connection>`
export const runnerRole = `arn:aws:iam::${account}:role/slipway/runner-<connection>`
export const boundary = `arn:aws:iam::${account}:policy/slipway/boundary-<connection>`
export const appRoles = `arn:aws:iam::${account}:role/slipway/app/*`
export const stepRoles = `arn:aws:iam::${account}:role/slipway/step/*`
export const appProfiles = `arn:aws:iam::${account}:instance-profile/slipway/app/*`
export const parameters = `arn:aws:ssm:<region>:${account}:parameter/slipway/*`
export const functions = `arn:aws:lambda:<region>:${account}:function:slipway-*`
export const functionLogs = `arn:aws:logs:<region>:${account}:log-group:/slipway/*`
/** The AWS Lambda Web Adapter, by its authors: https://awslabs.github.io/aws-lambda-web-adapter/getting-started/zip-packages.html */
export const adapterLayer = 'arn:aws:lambda:<region>:753240598075:layer:LambdaAdapterLayer*'
export const alarms = `arn:aws:cloudwatch:<region>:${account}:alarm`
export const edge = (...kinds: string[]) => kinds.map((kind) => `arn:aws:cloudfront::${account}:${kind}`)
export const certificates = `arn:aws:acm:<region>:${account}:certificate/*`
export const ec2 = (...kinds: string[]) => kinds.map((kind) => `arn:aws:ec2:<region>:${account}:${kind}/*`)

export const snapshots = ['arn:aws:ec2:<region>::snapshot/*']

export const ours: Conditions = { StringEquals: { 'aws:ResourceTag/slipway:managed': 'true' } }
export const inThisAccount: Conditions = { StringEquals: { 'aws:ResourceAccount': account } }

/** What a cluster has, by the beginning of its name. */
export const groups = `arn:aws:autoscaling:<region>:${account}:autoScalingGroup:*:autoScalingGroupName/slipway-*`
export const balancing = (...kinds: string[]) =>
  kinds.map((kind) => `arn:aws:elasticloadbalancing:<region>:${account}:${kind}/slipway-*`)
