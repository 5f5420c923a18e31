import { UserError } from '@slipway/core'
import type { DeployedService } from '@slipway/protocol'

/** How a process ended, as its shell wrote it down: 128 + n is signal n. */
export type Ending = { code: number | undefined; isOutOfMemory: boolean }

const signals: Record<number, string> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

/** “code 1” or “SIGSEGV”. */
export function describeEnding({ code, isOutOfMemory }: Ending): string {
  if (isOutOfMemory) return 'it used more memory than it may'
  if (code === undefined) return 'it ended without a word'
  return signals[code] ? `it was ended by ${signals[code]}` : `it exited with code ${code}`
}

/** The four ways in which an app does not come up, each with what its owner can do about it. */
export const appFailures = {
  exited(
    service: DeployedService,
    ending: Ending,
    afterMilliseconds: number,
    lastLines: string[],
  ): UserError {
    if (ending.isOutOfMemory) return appFailures.outOfMemory(service, undefined, lastLines)
    const isMissing = ending.code === 127
    return new UserError({
      code: 'app-exited',
      kind: 'failed',
      what: `${service.name} ended ${seconds(afterMilliseconds)} after it was started: ${describeEnding(ending)}.`,
      why: isMissing
        ? `Its command “${service.run}” names a program that is not in the release.`
        : `A service must keep running. Its command is “${service.run}”.`,
      todo: isMissing
        ? 'Correct the command, or add what it needs to the build.'
        : 'Read its last lines below; run the same command on your machine with PORT set.',
      details: lastLines,
    })
  },
  outOfMemory(service: DeployedService, limitMegabytes: number | undefined, lastLines: string[]): UserError {
    return new UserError({
      code: 'app-out-of-memory',
      kind: 'failed',
      what: `${service.name} was ended because it used more memory than it may${limitMegabytes ? ` (${limitMegabytes} MB)` : ''}.`,
      why: 'One service that takes all of the memory would take the whole host down with it.',
      todo: 'Choose a larger size for the service, or find what it keeps in memory.',
      details: lastLines,
    })
  },
  noPort(service: DeployedService, port: number, listensOn: number[], lastLines: string[]): UserError {
    return new UserError({
      code: 'app-listens-on-no-port',
      kind: 'failed',
      what:
        listensOn.length > 0
          ? `${service.name} listens on port ${listensOn.join(', ')}, not on $PORT, which was ${port}.`
          : `${service.name} runs but listened on no port within ${service.health.timeoutSeconds} seconds.`,
      why: 'Requests reach a service on the port that its environment names in PORT; it is another one each time.',
      todo: 'Let it listen on the value of PORT (in Node: server.listen(process.env.PORT)), on 127.0.0.1 or on all addresses. If it serves no requests, declare it as a worker.',
      details: lastLines,
    })
  },
  neverHealthy(service: DeployedService, reason: string, lastLines: string[]): UserError {
    return new UserError({
      code: 'app-never-healthy',
      kind: 'failed',
      what: `${service.name} listens but did not become healthy: ${reason}.`,
      why: `It counts as healthy once GET ${service.health.path} is answered with ${service.health.path === '/' ? 'anything below 500' : '200 to 399'}.`,
      todo: 'Read its last lines below. If it needs longer to start, raise its health time; if another path tells better, name it in slipway.yaml (health:).',
      details: lastLines,
    })
  },
}

export const hostFailures = {
  fenceTooOld(fence: number, seen: number): UserError {
    return new UserError({
      code: 'command-superseded',
      kind: 'conflict',
      what: 'The host refused this command: a newer one was given to it already.',
      why: `This command carries number ${fence}; the host has seen ${seen}.`,
    })
  },
  expired(): UserError {
    return new UserError({
      code: 'command-expired',
      kind: 'failed',
      what: 'The host did not finish within the time it was given.',
      todo: 'Deploy again. If it happens again, read the log of the deployment: it says which step took so long.',
    })
  },
  unknownCommand(): UserError {
    return new UserError({
      code: 'command-unknown',
      kind: 'conflict',
      what: 'The agent of this instance does not understand what it was told.',
      why: 'It is of an earlier version than Slipway.',
      todo: 'Push again in a quarter of an hour: a runner that has had nothing to do for so long is stopped, and starts with the present agent. A host is renewed when you reboot it.',
    })
  },
  cancelled(): UserError {
    return new UserError({ code: 'command-cancelled', kind: 'failed', what: 'It was cancelled.' })
  },
  canaryInterrupted(newer: number, older: number): UserError {
    return new UserError({
      code: 'host-canary-interrupted',
      kind: 'failed',
      what: `The agent on the host was started anew while release ${newer} was tried beside release ${older}.`,
      why: `What was counted of both is lost with it, so release ${newer} was ended and release ${older} serves alone.`,
      todo: 'Deploy again.',
    })
  },
  diskFull(neededBytes: number, freeBytes: number): UserError {
    const megabytes = (bytes: number) => Math.ceil(bytes / 1_048_576)
    return new UserError({
      code: 'host-disk-full',
      kind: 'failed',
      what: `The host's disk has ${megabytes(freeBytes)} MB left; the release needs ${megabytes(neededBytes)} MB.`,
      why: 'Nothing was written and the running version was not touched.',
      todo: 'Free space on the disk, or choose a larger one.',
    })
  },
  wrongDigest(expected: string, found: string): UserError {
    return new UserError({
      code: 'release-does-not-match',
      kind: 'failed',
      what: 'The release in your bucket is not the one that was built. It was not unpacked.',
      why: `Its SHA-256 is ${found}, the build's was ${expected}.`,
      todo: 'Deploy the revision again, which builds it anew. Look who may write to the bucket.',
    })
  },
  wrongArchitecture(release: string, host: string): UserError {
    return new UserError({
      code: 'release-of-another-architecture',
      kind: 'failed',
      what: `The release was built for ${release}; this host is ${host}.`,
      todo: 'Deploy the revision again with the instance type that you want: it is built for that one.',
    })
  },
  releaseGone(key: string): UserError {
    return new UserError({
      code: 'release-missing',
      kind: 'failed',
      what: 'The release is no longer in your bucket.',
      why: `There is no object ${key}.`,
      todo: 'Deploy the revision again, which builds it anew.',
    })
  },
  noSecret(name: string, parameter: string, why: string): UserError {
    return new UserError({
      code: 'secret-not-readable',
      kind: 'failed',
      what: `The host could not read the secret ${name}.`,
      why: `${parameter}: ${why}`,
      todo: 'Set it again on the page of the environment.',
    })
  },
  valuesAway(): UserError {
    return new UserError({
      code: 'secret-not-readable',
      kind: 'failed',
      what: 'The host could not read the secrets that the command would need.',
      why: 'They lie in your Parameter Store, which did not answer.',
      todo: 'Try again in a minute.',
    })
  },
  foreignEnvironment(): UserError {
    return new UserError({
      code: 'command-for-another-host',
      kind: 'conflict',
      what: 'The host refused a deployment of another environment.',
    })
  },
  nothingDeployed(): UserError {
    return new UserError({
      code: 'nothing-deployed',
      kind: 'conflict',
      what: 'Nothing is deployed on this host yet.',
      todo: 'Deploy a revision first.',
    })
  },
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}
