import { createHash, createPublicKey, verify } from 'node:crypto'
import { proofText } from '@slipway/protocol'

/** Whether this key signed our nonce for this host. False for anything that is no Ed25519 key or signature. */
export function isProof(of: {
  publicKey: string
  hostId: string
  nonce: string
  signature: string
}): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(of.publicKey, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return false
    return verify(null, Buffer.from(proofText(of.hostId, of.nonce)), key, Buffer.from(of.signature, 'base64'))
  } catch {
    return false
  }
}

/** SHA-256 of a public key, hex: what the instance signs beside our nonce. */
export function fingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex')
}
