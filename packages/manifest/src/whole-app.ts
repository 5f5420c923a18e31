import type { Architecture, Machine, Runtime } from './app-plan.ts'
import { architectureOfCommand } from './detect/executable.ts'
import { type ManifestProblem, type PlaceOf, withPlace } from './problem.ts'
import type { Manifest } from './schema.ts'
import type { Part } from './service-part.ts'
import type { Tree } from './tree.ts'

/** One release carries each runtime once: in the range that a service names, else in our default. */
export function joinRuntimes(parts: Part[]): Runtime[] {
  const wishes = parts.flatMap((part) => part.runtimes)
  const ordered = [...wishes.filter((wish) => wish.isNamed), ...wishes.filter((wish) => !wish.isNamed)]
  return [...new Set(wishes.map(({ kind }) => kind))].flatMap((kind) => {
    const wish = ordered.find((one) => one.kind === kind)
    return wish ? [{ kind, range: wish.range }] : []
  })
}

/** Two services that name different ranges of one runtime: either choice would be wrong for the other. */
export function runtimeProblems(parts: Part[]): ManifestProblem[] {
  const wishes = parts.flatMap(({ service, runtimes }) =>
    runtimes.filter(({ isNamed }) => isNamed).map((wish) => ({ service: service.name, ...wish })),
  )
  return [...new Set(wishes.map(({ kind }) => kind))].flatMap((kind) => {
    const [first, ...others] = wishes.filter((wish) => wish.kind === kind)
    const other = others.find(({ range }) => range !== first?.range)
    if (first === undefined || other === undefined) return []
    return [
      {
        code: 'manifest-two-runtimes',
        what: `services.${first.service} asks for ${kind} ${first.range}, services.${other.service} for ${kind} ${other.range}.`,
        why: 'All services of an app are one release, which carries one of each.',
        todo: 'Name the same version for both.',
        value: other.range,
      },
    ]
  })
}

export async function architectureOf(
  tree: Tree,
  parts: Part[],
  problems: ManifestProblem[],
): Promise<Architecture | 'any'> {
  let fixed: { by: string; architecture: Architecture } | undefined
  for (const { service, machine } of parts) {
    const asked = machine?.machine.kind === 'instance' ? machine.machine.type : undefined
    const found = await architectureOfCommand(tree, service.root, service.run)
    if (found && 'problem' in found) problems.push(found.problem)
    const claims = [
      ...(asked ? [{ by: `instance type ${asked}`, architecture: architectureOfInstance(asked) }] : []),
      ...(found && 'file' in found ? [{ by: found.file, architecture: found.architecture }] : []),
    ]
    for (const claim of claims) {
      if (fixed && fixed.architecture !== claim.architecture) {
        problems.push({
          code: 'manifest-two-architectures',
          what: `${fixed.by} is ${fixed.architecture}, ${claim.by} is ${claim.architecture}.`,
          why: 'All services of an app run on one host.',
          todo: 'Choose another instance type, or build for its architecture.',
          ...withPlace(machine?.place),
        })
      }
      fixed ??= claim
    }
  }
  return fixed?.architecture ?? 'any'
}

/** AWS names Graviton families with a g behind the generation: c7g, m6gd, t4g, im4gn; and a1. */
export function architectureOfInstance(type: string): Architecture {
  return /^(a1|[a-z]+\d+g[a-z]*)\./.test(type) ? 'arm64' : 'x86_64'
}

/** Two releases run side by side in a canary, and both must be asked by visitors. */
export function canaryProblems(parts: Part[], placeOf: PlaceOf): ManifestProblem[] {
  const tried = parts.flatMap(({ service }) => (service.canary ? [service] : []))
  const onDisk = parts.find(({ service }) => service.disks.length > 0)?.service
  const [first] = tried
  return tried.flatMap((service): ManifestProblem[] => {
    const place = withPlace(placeOf(['services', service.name, 'deploy']))
    if (onDisk)
      return [
        {
          code: 'manifest-canary-disk',
          what: `services.${service.name} asks for a canary, and services.${onDisk.name} has a disk.`,
          why: 'In a canary the old and the new release run at once, and a disk may be opened by one process only.',
          todo: 'Remove `deploy`: a release that takes over in place is watched, and undone where it is worse.',
          value: service.name,
          ...place,
        },
      ]
    if (service.kind === 'worker' || service.kind === 'cron')
      return [
        {
          code: 'manifest-canary-worker',
          what: `services.${service.name} asks for a canary and serves no visitors.`,
          why: 'A canary divides the requests of visitors, and a worker or a cron service gets none.',
          todo: 'Remove `deploy` from it.',
          value: service.name,
          ...place,
        },
      ]
    if (JSON.stringify(service.canary) !== JSON.stringify(first?.canary))
      return [
        {
          code: 'manifest-two-canaries',
          what: `services.${service.name} and services.${first?.name} ask for different steps.`,
          why: 'All services of an app are one release, which takes over once.',
          todo: 'Name the same steps for both.',
          value: service.name,
          ...place,
        },
      ]
    return []
  })
}

export function machineProblems(parts: Part[]): ManifestProblem[] {
  const named = parts.flatMap((part) => (part.machine ? [{ name: part.service.name, ...part.machine }] : []))
  const [first, ...others] = named
  if (first === undefined) return []
  return others
    .filter((other) => nameOf(other.machine) !== nameOf(first.machine))
    .map((other) => ({
      code: 'manifest-two-sizes',
      what: `services.${first.name} asks for ${nameOf(first.machine)}, services.${other.name} for ${nameOf(other.machine)}.`,
      why: 'All services of an app run on one host.',
      todo: 'Name the size once.',
      value: nameOf(other.machine),
      ...withPlace(other.place),
    }))
}

export function secretProblems(manifest: Manifest, placeOf: PlaceOf): ManifestProblem[] {
  const names = new Set<string>()
  return (manifest.secrets ?? []).flatMap((secret, index) =>
    (typeof secret === 'string' ? [secret] : Object.keys(secret)).flatMap((name) => {
      const where = manifest.env?.[name] !== undefined ? 'env' : names.has(name) ? 'secrets' : undefined
      names.add(name)
      if (where === undefined) return []
      return [
        {
          code: 'manifest-name-twice',
          what: `${name} is in ${where} too.`,
          why: 'A service would get only one of the two.',
          todo: 'Remove one of them.',
          value: name,
          ...withPlace(placeOf(['secrets', index])),
        },
      ]
    }),
  )
}

function nameOf(machine: Machine): string {
  return machine.kind === 'size' ? machine.size : machine.type
}
