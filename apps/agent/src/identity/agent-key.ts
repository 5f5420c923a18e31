import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { proofText } from '@slipway/protocol'

/** The agent's own key pair, made on the host at its first start; the private half never leaves it. */
export type AgentKey = {
  /** SPKI, DER, base64. */
  publicKey: string
  /** SHA-256 of the same, hex. */
  fingerprint: string
  prove(hostId: string, nonce: string): string
}

export async function agentKey(file: string): Promise<AgentKey> {
  const secret = await readKey(file)
  const der = createPublicKey(secret).export({ type: 'spki', format: 'der' })
  return {
    publicKey: der.toString('base64'),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    prove: (hostId, nonce) => sign(null, Buffer.from(proofText(hostId, nonce)), secret).toString('base64'),
  }
}

async function readKey(file: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(file, 'utf8'))
  } catch {
    const { privateKey } = generateKeyPairSync('ed25519')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    return privateKey
  }
}
