import { type Architecture, architecture } from '@slipway/protocol'
import { z } from 'zod'
import { readJson, writeJson } from '../home.ts'

const document = z.object({ architecture: z.enum(['x86_64', 'arm64']) })
const patienceMilliseconds = 2000

const stored = z.object({ architecture })

/**
 * The architecture of this instance as EC2 says it, by which releases are told apart; kept in `file`, since it
 * is for the instance's life. The program's own where no metadata answers, which is no instance.
 */
export async function instanceArchitecture(endpoint: string, file: string): Promise<Architecture> {
  const before = await readJson(file, stored)
  if (before) return before.architecture
  const found = await askMetadata(endpoint)
  if (!found) return process.arch === 'arm64' ? 'arm64' : 'x64'
  await writeJson(file, { architecture: found })
  return found
}

/** IMDSv2, the identity document. */
async function askMetadata(endpoint: string): Promise<Architecture | undefined> {
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
    return document.parse(await answer.json()).architecture === 'arm64' ? 'arm64' : 'x64'
  } catch {
    return undefined
  }
}
