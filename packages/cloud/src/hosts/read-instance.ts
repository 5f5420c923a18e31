import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2'

/** The instance as AWS has it; undefined for one that is not, or is forgotten an hour after its end. */
export async function readInstance(ec2: EC2Client, instanceId: string): Promise<Instance | undefined> {
  try {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))
    return Reservations?.[0]?.Instances?.[0]
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('InvalidInstanceID')) return undefined
    throw error
  }
}
