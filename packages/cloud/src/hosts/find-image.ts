import { DescribeImagesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { UserError } from '@slipway/core'
import type { Architecture } from '@slipway/protocol'

const asAmazonSays: Record<Architecture, string> = { arm64: 'arm64', x64: 'x86_64' }

/**
 * The newest Amazon Linux 2023 of the first of these architectures that the region has. Asked once for an
 * instance: its image stays for its life.
 */
export async function findImage(
  ec2: EC2Client,
  architectures: readonly Architecture[],
): Promise<{ imageId: string; architecture: Architecture }> {
  for (const architecture of architectures) {
    const { Images } = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['amazon'],
        Filters: [
          { Name: 'name', Values: [`al2023-ami-2023.*-kernel-6.*-${asAmazonSays[architecture]}`] },
          { Name: 'state', Values: ['available'] },
        ],
      }),
    )
    // The date stands in the name too: al2023-ami-2023.9.20251105.0-kernel-6.12-arm64.
    const newest = (Images ?? []).toSorted((a, b) => age(b).localeCompare(age(a)))[0]
    if (newest?.ImageId) return { imageId: newest.ImageId, architecture }
  }
  throw new UserError({
    code: 'no-machine-image',
    kind: 'failed',
    what: `This region has no Amazon Linux 2023 for ${architectures.join(' or ')}.`,
    why: 'Hosts and runners are made from that image.',
    todo: 'Choose another region for the app.',
  })
}

function age({
  CreationDate,
  Name,
}: {
  CreationDate?: string | undefined
  Name?: string | undefined
}): string {
  return CreationDate ?? Name ?? ''
}
