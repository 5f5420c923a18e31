import { type HostId, hostIdOfInstance } from '@slipway/core'
import { type Architecture, architecture, type HostFile } from '@slipway/protocol'
import { z } from 'zod'
import { readJson, writeJson } from '../home.ts'

const document = z.object({ architecture: z.enum(['x86_64', 'arm64']), instanceId: z.string() })
const patienceMilliseconds = 2000

const facts = z.object({
  architecture,
  /** Absent where no metadata answered, and in files of older agents. */
  instanceId: z.string().optional(),
})

/**
 * What EC2 says of this instance: its id, and its architecture, by which releases are told apart. Kept in `file`, since it
 * is for the instance's life. The architecture is the program's own where no metadata answers, which is no instance.
 */
export async function instanceFacts(endpoint: string, file: string): Promise<z.infer<typeof facts>> {
  const before = await readJson(file, facts)
  if (before) return before
  const found = await askMetadata(endpoint)
  if (!found) return { architecture: process.arch === 'arm64' ? 'arm64' : 'x64' }
  await writeJson(file, found)
  return found
}

/** The id that this host goes by. Throws where it is named by its instance, and nothing says which that is. */
export function hostIdOf(file: HostFile, instanceId: string | undefined): HostId {
  if (file.hostId !== undefined) return file.hostId
  if (file.environmentId === undefined || instanceId === undefined)
    throw new Error('the host file names no host, and no metadata says which instance this is')
  return hostIdOfInstance(file.environmentId, instanceId)
}

/** IMDSv2, the identity document. */
async function askMetadata(
  endpoint: string,
): Promise<{ architecture: Architecture; instanceId: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMilliseconds)
    const token = await fetch(new URL('/latest/api/token', endpoint), {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
      signal,
    })
    const answer = await fetch(new URL('/latest/dynamic/instance-identity/document', endpoint), {
      headers: { 'x-aws-ec2-metadata-token': await token.text() },
      signal,
    })
    const said = document.parse(await answer.json())
    return { architecture: said.architecture === 'arm64' ? 'arm64' : 'x64', instanceId: said.instanceId }
  } catch {
    return undefined
  }
}
