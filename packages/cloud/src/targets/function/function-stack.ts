import type { EnvironmentId } from '@slipway/core'

/** What the stack of an environment's functions is made from. It says nothing of a release. */
export type FunctionStackConfig = {
  account: string
  region: string
  environmentId: EnvironmentId
  /** For people: `shop production`. */
  title: string
  boundaryArn: string
  /** Names of the services, each a function. */
  services: string[]
}

/** What leads visitors to those functions: it lies in us-east-1, where CloudFront's certificates do. */
export type FrontStackConfig = {
  environmentId: EnvironmentId
  title: string
  /** Of the edge stack. */
  frontFunctionArn: string
  /** By name of the service: the host name that visitors use, and the one of the function URL behind it. */
  services: { name: string; host: string; origin: string }[]
}

/** The alias that visitors are led to, and the one under which a release is asked before. */
export const aliases = { live: 'live', next: 'next' } as const

/** Names of outputs, and of the parts of a stack that each service has: letters and digits only. */
export function partOf(service: string, part: string): string {
  const words = service.split(/[^A-Za-z0-9]+/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return `${words.join('')}${part}`
}
