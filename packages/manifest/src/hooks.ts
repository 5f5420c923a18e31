import { z } from 'zod'
import { type ReleaseCommandPlan, releaseCommandPlan } from './commands.ts'
import { command, duration } from './values.ts'

/** As long as a deployment can rightly wait for something beside the app itself. */
const secondsDefault = 300

const hook = (words: string, example: string) =>
  z
    .union([
      command,
      z.strictObject({
        run: command.meta({ description: 'The shell command.', examples: [example] }),
        timeout: duration('1s', '1h')
          .meta({
            description: 'After so long it is ended and has failed.',
            default: '5m',
            examples: ['10m'],
          })
          .optional(),
      }),
    ])
    .meta({ description: words, examples: [example] })
    .optional()

/** `hooks:` of a service. */
export const hooks = z
  .strictObject({
    boot: hook(
      'Run once on each host as root, before the first release that has it is started there. If it fails, the deployment has failed with nothing changed.',
      'ops/boot.sh',
    ),
    'before-switch': hook(
      'Run once the new release is healthy, before visitors come to it; of a service that listens, $PORT is where the new one does. If it fails, the deployment has failed and the release before serves on.',
      'ops/warm.sh',
    ),
    'after-switch': hook(
      'Run once the new release serves and stayed well. If it fails, that is told in the log, and nothing is undone.',
      'ops/notify.sh',
    ),
  })
  .refine((asked) => Object.keys(asked).length > 0, 'names no hook')

/** What its fields are called, and those of one hook, for the nearest name. */
export const hooksFields = Object.keys(hooks.shape)
export const hookFields = ['run', 'timeout']

/** The hooks of a service; none is null. The two around the switch are not run on the way back. */
export const hooksPlan = z.object({
  boot: releaseCommandPlan.nullable(),
  beforeSwitch: releaseCommandPlan.nullable(),
  afterSwitch: releaseCommandPlan.nullable(),
})
export type HooksPlan = z.infer<typeof hooksPlan>

export function hooksOf(asked: z.infer<typeof hooks> | undefined, root: string): HooksPlan | null {
  if (asked === undefined) return null
  const planned = (
    one: string | { run: string; timeout?: number | undefined } | undefined,
  ): ReleaseCommandPlan | null => {
    if (one === undefined) return null
    const { run, timeout } = typeof one === 'string' ? { run: one, timeout: undefined } : one
    return { run, root, timeoutSeconds: timeout ?? secondsDefault }
  }
  return {
    boot: planned(asked.boot),
    beforeSwitch: planned(asked['before-switch']),
    afterSwitch: planned(asked['after-switch']),
  }
}
