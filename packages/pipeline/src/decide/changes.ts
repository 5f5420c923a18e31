import type { ServicePlan } from '@slipway/manifest'

export type Change = { change: 'added' | 'changed' | 'removed'; name: string; words: string }

type Variables = {
  plain: Readonly<Record<string, string>>
  secrets: readonly { name: string; version: number }[]
}

/** What becomes of the variables, by name. Says no value: whoever may see it, sees it on the page of variables. */
export function variableChanges(before: Variables, after: Variables): Change[] {
  const old = marks(before)
  const next = marks(after)
  const names = [...new Set([...old.keys(), ...next.keys()])].sort()
  return names.flatMap((name): Change[] => {
    const was = old.get(name)
    const is = next.get(name)
    if (is === undefined) return [{ change: 'removed', name, words: '' }]
    const kind = is.startsWith('secret') ? 'secret, name only' : 'plain'
    if (was === undefined) return [{ change: 'added', name, words: kind }]
    return was === is ? [] : [{ change: 'changed', name, words: kind }]
  })
}

function marks({ plain, secrets }: Variables): Map<string, string> {
  return new Map([
    ...Object.entries(plain).map(([name, value]): [string, string] => [name, `plain ${value}`]),
    ...secrets.map(({ name, version }): [string, string] => [name, `secret ${version}`]),
  ])
}

/** What becomes of the services, by name. */
export function serviceChanges(before: readonly ServicePlan[], after: readonly ServicePlan[]): Change[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort()
  return names.flatMap((name): Change[] => {
    const was = before.find((service) => service.name === name)
    const is = after.find((service) => service.name === name)
    if (is === undefined)
      return [{ change: 'removed', name, words: 'is stopped; its address stays reserved' }]
    if (was === undefined)
      return [{ change: 'added', name, words: is.kind === 'static' ? 'static folder' : is.run }]
    const differs = [
      ...(was.kind === is.kind ? [] : [`${was.kind} → ${is.kind}`]),
      ...(was.run === is.run ? [] : [`${was.run} → ${is.run}`]),
      ...(whenOf(was) === whenOf(is) ? [] : [`${whenOf(was)} → ${whenOf(is)}`]),
      ...(was.health?.path === is.health?.path ? [] : [`health ${was.health?.path} → ${is.health?.path}`]),
      ...diskChanges(was, is),
    ]
    return differs.length === 0 ? [] : [{ change: 'changed', name, words: differs.join(', ') }]
  })
}

/** When it runs, in words. */
function whenOf({ cron }: ServicePlan): string {
  return cron === null ? 'all the time' : `${cron.cron} ${cron.zone}`
}

function diskChanges(was: ServicePlan, is: ServicePlan): string[] {
  const names = [...new Set([...was.disks, ...is.disks].map(({ name }) => name))]
  return names.flatMap((name) => {
    const old = was.disks.find((disk) => disk.name === name)
    const next = is.disks.find((disk) => disk.name === name)
    if (next === undefined) return [`disk ${name} is kept and no longer attached`]
    if (old === undefined) return [`new disk ${name}, ${next.sizeGigabytes} GB`]
    const differs = [
      ...(old.sizeGigabytes === next.sizeGigabytes
        ? []
        : [`${old.sizeGigabytes} → ${next.sizeGigabytes} GB`]),
      ...(old.type === next.type ? [] : [`${old.type} → ${next.type}`]),
      ...(old.iops === next.iops ? [] : [`${old.iops ?? 3000} → ${next.iops ?? 3000} IOPS`]),
    ]
    return differs.length === 0 ? [] : [`disk ${name} ${differs.join(', ')}`]
  })
}
