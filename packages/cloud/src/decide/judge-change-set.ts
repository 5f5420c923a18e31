import type { UserErrorFields } from '@slipway/core'

/** One change of a change set, as much of it as matters here. */
export type ResourceChange = {
  action: string
  type: string
  logicalId: string
  /** `True`, `False` or `Conditional`. */
  replacement: string | undefined
  /** Names of the properties that change. */
  properties: string[]
  /** What becomes of the thing itself where it is removed: such as `Delete` or `Retain`. */
  policyAction?: string | undefined
}

export type Judgement =
  | { verdict: 'go'; stopsSeconds: number; words: string[] }
  | { verdict: 'refused'; error: UserErrorFields }

/** What holds data, and so is never replaced. */
const precious: Record<string, string> = {
  'AWS::EC2::Instance': 'the instance',
  'AWS::EC2::Volume': 'a disk',
  'AWS::S3::Bucket': 'the bucket',
}

/**
 * AWS says `Conditional` for properties that replace an instance with instance-store root and only stop one
 * with an EBS root. Ours have an EBS root.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
 */
const stopsInstance = ['InstanceType', 'UserData', 'EbsOptimized']

/**
 * A volume is modified in place, while it is attached and in use; CloudFormation never replaces one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html
 */
const growsVolume = ['Size', 'Iops', 'VolumeType', 'Throughput']

/** How long an instance is away when it is stopped and started: seen on T and M types, 60-120 s. */
const stopSeconds = 120

/** Whether a change may be made, and what it does to those who use the service meanwhile. */
export function judgeChangeSet(changes: readonly ResourceChange[]): Judgement {
  const words: string[] = []
  let stopsSeconds = 0
  for (const change of changes) {
    const thing = precious[change.type]
    if (!thing) continue
    if (change.action === 'Modify') {
      const stops =
        change.type === 'AWS::EC2::Instance' && change.properties.some((p) => stopsInstance.includes(p))
      const inPlace = change.type === 'AWS::EC2::Volume' ? growsVolume : stops ? stopsInstance : []
      const isInPlace =
        inPlace.length > 0 && change.properties.every((p) => inPlace.includes(p) || p === 'Tags')
      if (change.replacement === 'True' || (change.replacement === 'Conditional' && !isInPlace))
        return { verdict: 'refused', error: wouldReplace(thing, change) }
      if (stops) {
        stopsSeconds = stopSeconds
        words.push(`The instance is stopped and started, about ${stopSeconds / 60} minutes.`)
      }
    }
    if (change.action === 'Remove' && change.type === 'AWS::EC2::Instance')
      return { verdict: 'refused', error: wouldReplace(thing, change) }
    if (change.action === 'Remove' && change.type === 'AWS::EC2::Volume')
      words.push(
        change.policyAction === 'Delete'
          ? `${change.logicalId} is deleted: another disk has taken its place, and a snapshot of it is kept.`
          : `${change.logicalId} is detached and kept; it costs until you delete it in EC2.`,
      )
  }
  return { verdict: 'go', stopsSeconds, words }
}

function wouldReplace(thing: string, change: ResourceChange): UserErrorFields {
  return {
    code: 'stack-would-replace',
    kind: 'conflict',
    what: `This change would replace ${thing} (${change.logicalId}), so it was not made.`,
    why: 'What replaces it would be empty: an instance is where the service runs, a disk is where its data lies.',
    todo: 'Take the change back, or create a new app with the new settings and move over.',
    details: change.properties.length > 0 ? [`Changed: ${change.properties.join(', ')}`] : [],
  }
}
