import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { newId, type ReleaseId, realClock } from '@slipway/core'
import {
  type DeploymentSpec,
  type DeploymentSpecInput,
  deploymentSpec,
  type MinuteOfCanary,
} from '@slipway/protocol'
import { Processes } from '../apps/processes.ts'
import { LogOutbox } from '../channel/log-outbox.ts'
import { deploy } from '../deploy/deploy.ts'
import type { DeployContext } from '../deploy/deploy-context.ts'
import { GateRoutes } from '../deploy/gate-routes.ts'
import { gateControl } from '../gate/gate-control.ts'
import { runGateSupervisor } from '../gate/gate-supervisor.ts'
import { homeOf } from '../home.ts'
import { hooksOn } from '../jobs/hooks.ts'
import { Jobs } from '../jobs/jobs.ts'
import { releaseJobId, runReleaseCommand } from '../jobs/release-command.ts'
import { TrafficHistory } from '../measure/traffic-history.ts'
import { freePort } from './running-agent.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const gateWorker = fileURLToPath(new URL('../gate-worker.ts', import.meta.url))

/**
 * A host's inside without AWS and Slipway: a real gate with its own processes, real apps, a folder in place of
 * /var/lib/slipway. Releases are written by the test instead of being fetched. `close` ends all of it.
 */
export async function hostInAFolder() {
  const port = await freePort()
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-host-'))
  const home = homeOf(root)
  const environmentId = newId('environment')
  const serviceId = newId('service')
  const gate = await runGateSupervisor({
    routesFile: home.gateRoutes,
    socket: home.gateSocket,
    workerCommand: [gateWorker, String(port), home.gateRoutes],
  })
  const logs = new LogOutbox(realClock)
  const processes = await Processes.adopt({
    home,
    environmentId,
    path: process.env.PATH ?? '',
    serveCommand: [process.execPath, main, 'serve'],
    logs,
    clock: realClock,
  })
  processes.redactWith((text) => text)
  const jobs = await Jobs.adopt({
    home,
    path: process.env.PATH ?? '',
    logs,
    clock: realClock,
    redact: (text) => text,
  })
  const control = gateControl(home.gateSocket)
  const routes = await GateRoutes.asTheyAre(control, home)
  const traffic = new TrafficHistory(control)
  const said: string[] = []
  const phases: string[] = []
  const reported: MinuteOfCanary[] = []
  const red: { at: number; code: string }[] = []
  let kept: DeploymentSpec | undefined
  const context: DeployContext = {
    home,
    processes,
    routes,
    traffic,
    gate: control,
    diskPaths: [root],
    clock: realClock,
    fetchRelease: async () => {},
    readValues: async (spec) => spec.variables,
    keep: async (spec) => {
      kept = spec
    },
    release: {
      run: (of, signal) => runReleaseCommand(of, { jobs, say: (line) => said.push(line) }, signal),
      forget: (batch) => jobs.forget(releaseJobId(batch)),
    },
    hooks: hooksOn(home, { jobs, say: (line) => said.push(line) }),
    progress: (phase, _, error) => {
      phases.push(phase)
      if (error) red.push({ at: performance.now(), code: error.code })
    },
    say: (line) => said.push(line),
    report: (minute) => reported.push(minute),
    tendOld: async () => {},
  }
  let number = 0
  return {
    home,
    port,
    context,
    processes,
    jobs,
    logs,
    said,
    phases,
    reported,
    /** What it said to be wrong, and when, before that was undone. */
    red,
    serviceId,
    host: 'web-test.localhost',
    get kept() {
      return kept
    },
    /** Writes a release whose `server.js` is this text, and answers the spec that runs it. */
    release(
      script: string,
      service: Partial<DeploymentSpecInput['services'][number]> = {},
      more: Partial<DeploymentSpecInput> = {},
    ): DeploymentSpec {
      const id: ReleaseId = newId('release')
      mkdirSync(home.release(id), { recursive: true })
      writeFileSync(path.join(home.release(id), 'server.js'), script)
      return deploymentSpec.parse({
        environmentId,
        deploymentId: newId('deployment'),
        fence: 1,
        release: {
          id,
          number: ++number,
          key: 'unused',
          digest: '0'.repeat(64),
          sizeBytes: 1,
          architecture: process.arch,
        },
        services: [
          {
            id: serviceId,
            name: 'web',
            publicName: 'web-test',
            run: 'node server.js',
            stopSeconds: 5,
            health: { timeoutSeconds: 5 },
            ...service,
          },
        ],
        variables: {},
        secrets: [],
        ...more,
      })
    },
    copyRelease(spec: DeploymentSpec, files: string): void {
      cpSync(files, home.release(spec.release.id), { recursive: true })
    },
    deploy(spec: DeploymentSpec, signal: AbortSignal = AbortSignal.timeout(60_000)) {
      return deploy({ batch: newId('hostCommand'), spec, previous: kept }, context, signal)
    },
    async close(): Promise<void> {
      await Promise.all(processes.all().map((record) => processes.stop(record)))
      await Promise.all(jobs.all().map(({ id }) => jobs.forget(id)))
      processes.close()
      await gate.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
export type HostInAFolder = Awaited<ReturnType<typeof hostInAFolder>>

/** A server that says a word, after a boot of its own length. */
export function serverSaying(word: string, bootMilliseconds = 0): string {
  return `setTimeout(() => {
  const server = require('node:http').createServer((_q, r) => setTimeout(() => r.end(${JSON.stringify(word)}), 5))
  server.listen(process.env.PORT)
  process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections() })
}, ${bootMilliseconds})
`
}
