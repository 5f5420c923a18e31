import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { asId, type ExecutionId, isId, type OrganisationId } from '@slipway/core'
import type { Sealing } from '@slipway/environments'

/** One attempt of one gate. */
export type HookAsked = {
  organisationId: OrganisationId
  executionId: ExecutionId
  path: string
  attempt: number
}

const prefix = 'hka_'
const form = new RegExp(`^${prefix}([A-Za-z0-9_-]{1,400})\\.([A-Za-z0-9_-]{43})$`)

/**
 * What opens one attempt of one gate, and nothing else: who asks, and a mark by the installation's own key. Nothing
 * of it is kept, and the same is made each time.
 */
export function answerTokenOf({ organisationId, executionId, path, attempt }: HookAsked, sealing: Sealing) {
  const what = Buffer.from(JSON.stringify([organisationId, executionId, path, attempt])).toString('base64url')
  return `${prefix}${what}.${markOf(what, sealing).toString('base64url')}`
}

/** What a token opens; undefined where it was not made here. */
export function readAnswerToken(token: string, sealing: Sealing): HookAsked | undefined {
  const [, what = '', mark = ''] = form.exec(token) ?? []
  const given = Buffer.from(mark, 'base64url')
  const right = markOf(what, sealing)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const [organisationId, executionId, path, attempt]: unknown[] = JSON.parse(
    Buffer.from(what, 'base64url').toString('utf8'),
  )
  if (typeof organisationId !== 'string' || !isId('organisation', organisationId)) return undefined
  if (typeof executionId !== 'string' || !isId('execution', executionId)) return undefined
  if (typeof path !== 'string' || typeof attempt !== 'number') return undefined
  return {
    organisationId: asId('organisation', organisationId),
    executionId: asId('execution', executionId),
    path,
    attempt,
  }
}

function markOf(what: string, { key }: Sealing): Buffer {
  const own = Buffer.from(hkdfSync('sha256', key, '', 'slipway hook answer', 32))
  return createHmac('sha256', own).update(what).digest()
}
