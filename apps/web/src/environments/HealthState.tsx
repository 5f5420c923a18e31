import { Pill, State } from '../ui/State.tsx'
import { healthLook } from './health.ts'

/** How a service or an environment is, icon and word. */
export function HealthState({ health, isPill = false }: { health: string; isPill?: boolean }) {
  const { kind, word } = healthLook(health)
  return isPill ? <Pill kind={kind}>{word}</Pill> : <State kind={kind}>{word}</State>
}
