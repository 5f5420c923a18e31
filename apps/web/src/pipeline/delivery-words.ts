import type { DeliveryShown } from './pipeline-shown.ts'

/** A figure of delivery in words. `definition` says what was counted, or why nothing was. */
export type DeliveryFigure = { name: string; value: string; definition: string }

const nothing = '–'

/** The four figures, always in this order. */
export function deliveryWords({
  stage,
  days,
  deployments,
  lead,
  rolledBack,
  restore,
}: DeliveryShown): DeliveryFigure[] {
  const into = stage === null ? 'the last stage' : stage
  const within = `in the last ${days} days`
  const none = `No deployment into ${into} yet ${within}.`
  return [
    {
      name: 'Deployments a day',
      value: deployments === null ? nothing : figure(deployments.perDay),
      definition:
        deployments === null
          ? none
          : `${times(deployments.count, 'deployment')} came through ${into} ${within}, over all of these days.`,
    },
    {
      name: `Push to ${into}`,
      value: lead === null ? nothing : duration(lead.milliseconds),
      definition:
        lead === null
          ? none
          : `From the push to all of ${into} being healthy: the median of ${times(lead.of, 'push', 'pushes')} ${within}.`,
    },
    {
      name: 'Rolled back',
      value: rolledBack === null ? nothing : percent(rolledBack.share),
      definition:
        rolledBack === null
          ? none
          : `${rolledBack.count} of ${times(rolledBack.of, 'deployment')} into ${into} ${within} failed or were rolled back.`,
    },
    {
      name: 'Back to good in',
      value: restore === null ? nothing : duration(restore.milliseconds),
      definition:
        restore === null
          ? deployments === null
            ? none
            : `Nothing was put back in ${into} ${within}.`
          : `From red, or from asking for a rollback, to what ran before being healthy in ${into}: the median of ${times(restore.of, 'time')} ${within}.`,
    },
  ]
}

function times(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** Two figures that count: 3.1, 12, 0.07. */
function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 2 })
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`
}

/** “38 s”, “4 min 12 s”, “2 h 51 min”, “3 days 4 h”. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), seconds >= 2 * 86_400 ? 'days' : 'day'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  const shown = first < 0 ? [] : parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.length === 0 ? '0 s' : shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}
