import { artifactPrefix, sitesPrefix } from '../names.ts'
import {
  account,
  appRoles,
  bucket,
  functionLogs,
  type Grant,
  inThisAccount,
  parameters,
  stepRoles,
} from './grant.ts'

/** The most that any role of an app, of a runner or of a build step can ever do, whatever is attached to it. */
export const boundaryGrants: readonly Grant[] = [
  {
    words: 'use objects in the buckets that Slipway made in your account',
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    resources: [bucket, `${bucket}/*`],
    conditions: inThisAccount,
  },
  {
    words: "read the apps' own secrets below /slipway/",
    actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
    resources: [parameters],
  },
  {
    words: 'write the logs of functions below /slipway/',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [`${functionLogs}:*`],
  },
  {
    words: 'assume roles of apps and of steps',
    actions: ['sts:AssumeRole'],
    resources: [appRoles, stepRoles],
  },
]

/** Of a runner: it fetches the agent and puts releases, and cannot touch what hosts start from. */
export const runner: readonly Grant[] = [
  {
    words: 'fetch the agent',
    actions: ['s3:GetObject'],
    resources: [`${bucket}/slipway/*`],
    conditions: inThisAccount,
  },
  {
    words: 'put the releases that it built',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [`${bucket}/environments/*/releases/*`],
    conditions: inThisAccount,
  },
  {
    words: 'keep files of a step for later ones, and fetch them',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [`${bucket}/${artifactPrefix}*`],
    conditions: inThisAccount,
  },
  {
    words: 'lay out the files of sites',
    actions: ['s3:PutObject'],
    resources: [`${bucket}/${sitesPrefix}*`],
    conditions: inThisAccount,
  },
  {
    words: 'list what lies in the bucket',
    actions: ['s3:ListBucket'],
    resources: [bucket],
    conditions: inThisAccount,
  },
  {
    words: 'assume the role of the stage that a step was given',
    actions: ['sts:AssumeRole'],
    resources: [stepRoles],
  },
]

/** Of an environment's host: its own prefix of the bucket, its own secrets, its own pointer and logs. */
export function hostGrants(bucketArn: string, prefix: string, parameterArn: string): readonly Grant[] {
  return [
    {
      words: 'fetch the agent and the releases of its environment',
      actions: ['s3:GetObject'],
      resources: [`${bucketArn}/slipway/*`, `${bucketArn}/${prefix}*`],
      conditions: inThisAccount,
    },
    {
      words: 'write down which release runs, and its logs',
      actions: ['s3:PutObject'],
      resources: [`${bucketArn}/${prefix}current.json`, `${bucketArn}/${prefix}logs/*`],
      conditions: inThisAccount,
    },
    {
      words: 'list its own part of the bucket',
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: {
        StringEquals: { 'aws:ResourceAccount': account },
        StringLike: { 's3:prefix': [`${prefix}*`, 'slipway/*'] },
      },
    },
    {
      words: 'read the secrets of its environment',
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      resources: [parameterArn],
    },
  ]
}

/** Of an environment's functions: its own secrets and its own logs. */
export function functionGrants(parameterArn: string, logGroupArn: string): readonly Grant[] {
  return [
    {
      words: 'read the secrets of its environment',
      actions: ['ssm:GetParameter'],
      resources: [parameterArn],
    },
    {
      words: 'write its logs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${logGroupArn}:*`],
    },
  ]
}
