import { targets } from '@slipway/cloud'
import { buildSteps } from './build-steps.ts'

const titled: Record<'name' | 'title', string>[] = [
  ...buildSteps,
  ...Object.values(targets).flatMap((target) => target.steps.map(({ name, title }) => ({ name, title }))),
]
const titles = new Map(titled.map(({ name, title }) => [name, title]))

/** What a step is called on the page; a step of an earlier version, that is no longer in any list, goes by its name. */
export function stepTitle(name: string): string {
  return titles.get(name) ?? name
}
