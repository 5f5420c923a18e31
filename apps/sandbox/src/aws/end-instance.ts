import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { asRoot } from './accounts.ts'

/** Ends an instance as its account's administrator would in EC2's console. */
export async function endInstance(
  emulatorUrl: string,
  { account, id }: { account: string; id: string },
): Promise<void> {
  await new EC2Client(asRoot(emulatorUrl, account)).send(new TerminateInstancesCommand({ InstanceIds: [id] }))
}
