import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fold } from '../advance.ts'
import { eventSchema } from '../event.ts'
import { executionIdSchema } from '../execution.ts'
import { checksOf, targetsOf } from '../places.ts'

/**
 * Logs as versions of Slipway recorded them, which every later version has to read and fold to the same end. A file is
 * never changed: an event that means something new needs a new type or field with a default. To add one, take the events
 * of an execution that has ended (`select event from execution_event where execution_id = … order by sequence`), with
 * names and ids of nobody's, and write beside them what became of it; do so whenever a release records something new.
 */
const history = z.strictObject({
  /** What happened, in a sentence. */
  words: z.string(),
  id: executionIdSchema,
  events: z.array(z.unknown()),
  end: z.strictObject({
    how: z.string(),
    error: z.string().nullable(),
    by: executionIdSchema.nullable(),
    isBad: z.boolean(),
    targets: z.record(z.string(), z.string()),
    checks: z.record(z.string(), z.string()),
  }),
})

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))

test('there are histories', () => {
  expect(files.length).toBeGreaterThan(0)
})

test.each(files)('%s folds to the end that it had', (name) => {
  const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
  const { id, events, end } = history.parse(JSON.parse(text))
  const execution = fold(
    id,
    events.map((event) => eventSchema.parse(event)),
  )
  expect({
    how: execution.end?.how,
    error: execution.end?.error?.code ?? null,
    by: execution.end?.by,
    isBad: execution.isBad,
    targets: placesOf(execution.stages.flatMap(targetsOf)),
    checks: placesOf(execution.stages.flatMap(checksOf)),
  }).toEqual(end)
})

function placesOf(places: [path: string, { progress: { is: string } }][]): Record<string, string> {
  return Object.fromEntries(places.map(([path, { progress }]) => [path, progress.is]))
}
