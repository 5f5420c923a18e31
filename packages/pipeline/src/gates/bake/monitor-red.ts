import type { UserErrorFields } from '@slipway/core'

/** A monitor of the stage, by its words and what it says, was confirmed red while a release `baked` or `was deployed`. */
export function monitorRed(
  name: string,
  value: string,
  meanwhile: 'baked' | 'was deployed',
): UserErrorFields {
  return {
    code: 'monitor-red',
    kind: 'failed',
    what: `The monitor “${name}” is red: ${value}.`,
    why: `It was so at two looks in a row while this release ${meanwhile}, so its wave goes back.`,
    todo: 'Look at the figures and logs of those minutes, then push a repair. The revision is marked bad until then.',
  }
}
