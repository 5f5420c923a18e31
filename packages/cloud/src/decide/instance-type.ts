import { UserError } from '@slipway/core'
import { architectureOfInstance, type Machine, type Size } from '@slipway/manifest'
import type { Architecture } from '@slipway/protocol'

/** Two processors each (four for xlarge) with 0.5 to 16 GiB: T where bursts are enough, M where work is steady. */
const instanceTypes: Record<Size, Record<Architecture, string>> = {
  nano: { arm64: 't4g.nano', x64: 't3.nano' },
  micro: { arm64: 't4g.micro', x64: 't3.micro' },
  small: { arm64: 't4g.small', x64: 't3.small' },
  medium: { arm64: 't4g.medium', x64: 't3.medium' },
  large: { arm64: 'm7g.large', x64: 'm7i.large' },
  xlarge: { arm64: 'm7g.xlarge', x64: 'm7i.xlarge' },
}

/**
 * The instance type of a host that runs a release of this architecture: the size's own for it, or the type that
 * the manifest names. Throws a UserError for a type of the other architecture.
 */
export function instanceTypeOf(machine: Machine, architecture: Architecture): string {
  if (machine.kind === 'size') return instanceTypes[machine.size][architecture]
  if (architectureOf(machine.type) !== architecture)
    throw new UserError({
      code: 'wrong-architecture',
      what: `${machine.type} is ${spoken(architectureOf(machine.type))}, but this release was built for ${spoken(architecture)}.`,
      why: 'A release carries its runtime and executables, and they run on the architecture that they were built for.',
      todo: `Choose an instance type for ${spoken(architecture)}, or a size by name, which fits either.`,
    })
  return machine.type
}

/** Memory of the instance types above, MiB: https://aws.amazon.com/ec2/instance-types/t4/ and …/m7g/ */
const memoryMegabytes: Record<Size, number> = {
  nano: 512,
  micro: 1024,
  small: 2048,
  medium: 4096,
  large: 8192,
  xlarge: 16_384,
}

/** What the system, the agent and the gate need besides the app, as a share of the machine. */
const ownShare = 0.15

/**
 * The most that a process of an app may use on a host of this size, MiB, so that it is ended before it takes the
 * machine with it. Undefined for an instance type that the manifest names: there the agent measures.
 */
export function memoryMegabytesMax(machine: Machine): number | undefined {
  return machine.kind === 'size' ? Math.floor(memoryMegabytes[machine.size] * (1 - ownShare)) : undefined
}

/** As releases and agents name it. */
export function architectureOf(instanceType: string): Architecture {
  return architectureOfInstance(instanceType) === 'arm64' ? 'arm64' : 'x64'
}

const spoken = (architecture: Architecture) =>
  architecture === 'arm64' ? 'ARM (arm64)' : 'Intel and AMD (x64)'
