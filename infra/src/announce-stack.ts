import * as sns from 'aws-cdk-lib/aws-sns'
import {
  type App,
  CfnDeletionPolicy,
  CfnOutput,
  CfnParameter,
  LegacyStackSynthesizer,
  Stack,
} from 'aws-cdk-lib/core'

/**
 * Where connect stacks may be launched. IAM is global, so one region would do; the others are for accounts whose
 * organisation closes it. A region that stood here once stays: stacks cannot change the topic they were made with.
 */
export const announceRegions = ['us-east-1', 'eu-central-1', 'ap-southeast-2'] as const

/** Part of every topic's ARN, and so for ever. */
export const announceTopicName = 'slipway-announce'

/**
 * The topic of one region that connect stacks publish to, delivered to the one queue at home. Anyone may publish:
 * an announcement is hearsay and is proven afterwards.
 */
export function announceStack(app: App, region: string): Stack {
  const stack = new Stack(app, `slipway-announce-${region}`, {
    env: { region },
    synthesizer: new LegacyStackSynthesizer(),
    description: `Slipway: where connect stacks in ${region} announce their account.`,
  })
  const queue = new CfnParameter(stack, 'QueueArn', {
    type: 'String',
    allowedPattern: 'arn:aws:sqs:[a-z0-9-]+:[0-9]{12}:.+',
    description: 'Output AnnounceQueueArn of the stack slipway-home.',
  })
  const topic = new sns.CfnTopic(stack, 'Topic', { topicName: announceTopicName })
  topic.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
  topic.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  new sns.CfnTopicPolicy(stack, 'TopicPolicy', {
    topics: [topic.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AnyoneAnnounces',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'sns:Publish',
          Resource: topic.ref,
        },
      ],
    },
  })
  new sns.CfnSubscription(stack, 'ToQueue', {
    topicArn: topic.ref,
    protocol: 'sqs',
    endpoint: queue.valueAsString,
    rawMessageDelivery: false,
  })
  new CfnOutput(stack, 'AnnounceTopicArn', { description: 'ANNOUNCE_TOPIC_ARN', value: topic.ref })
  return stack
}
