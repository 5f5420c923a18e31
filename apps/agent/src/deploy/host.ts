import { rm } from 'node:fs/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { SSMClient } from '@aws-sdk/client-ssm'
import { type EnvironmentId, UserError } from '@slipway/core'
import {
  type DeploymentSpec,
  type DeployOutput,
  deploymentStream,
  type RunOutput,
  type RunSpec,
  type ServiceHealth,
  serviceStream,
} from '@slipway/protocol'
import { hostFailures } from '../apps/failures.ts'
import type { ProcessRecord } from '../apps/process-record.ts'
import { Processes } from '../apps/processes.ts'
import { redactor } from '../apps/redact.ts'
import { endUnknown } from '../apps/stop-process.ts'
import { awsSettings, s3Settings } from '../aws-settings.ts'
import type { Progress } from '../commands/command-runner.ts'
import { type GateControl, gateControl } from '../gate/gate-control.ts'
import { Cron } from '../jobs/cron.ts'
import { hookJobId, hooksOn, withoutSwitchHooks } from '../jobs/hooks.ts'
import { Jobs } from '../jobs/jobs.ts'
import { releaseJobId, runReleaseCommand } from '../jobs/release-command.ts'
import { runAsService, runJobId } from '../jobs/run-as-service.ts'
import { TrafficHistory } from '../measure/traffic-history.ts'
import { abandonCanary, deploy, type Journal, readJournal } from './deploy.ts'
import type { DeployContext } from './deploy-context.ts'
import { fetchRelease, pruneReleases } from './fetch-release.ts'
import { GateRoutes } from './gate-routes.ts'
import { growDisks } from './grow-disks.ts'
import type { HostOptions } from './host-options.ts'
import { KeepRunning } from './keep-running.ts'
import { phaseWords } from './phase-words.ts'
import { keepPointer, readPointer } from './pointer.ts'
import { readSecrets } from './read-secrets.ts'
import { standingServices } from './standing-services.ts'
import { describe } from './swap.ts'

/** Releases that stay unpacked, so that going back to one is a matter of seconds. */
const keptReleases = 5

type Say = { progress: Progress }

/** A host's services: what should run, what runs, and how one becomes the other. Needs nothing of Slipway. */
export class Host {
  readonly gate: GateControl
  readonly processes: Processes
  readonly #options: HostOptions
  readonly #environmentId: EnvironmentId
  readonly #routes: GateRoutes
  readonly #traffic: TrafficHistory
  readonly #keep: KeepRunning
  readonly #jobs: Jobs
  readonly #cron: Cron
  readonly #s3: S3Client
  readonly #ssm: SSMClient
  #spec: DeploymentSpec | undefined
  #values: Record<string, string> = {}
  #hasValues = false
  #isDeploying = false

  private constructor(
    options: HostOptions,
    environmentId: EnvironmentId,
    gate: GateControl,
    processes: Processes,
    routes: GateRoutes,
    jobs: Jobs,
    cron: Cron,
  ) {
    this.#options = options
    this.#jobs = jobs
    this.#cron = cron
    this.#environmentId = environmentId
    this.gate = gate
    this.processes = processes
    this.#routes = routes
    this.#traffic = new TrafficHistory(gate)
    this.#traffic.begin()
    const { config } = options
    this.#s3 = new S3Client(s3Settings(config))
    this.#ssm = new SSMClient(awsSettings(config))
    this.#keep = new KeepRunning({
      processes,
      routes,
      clock: options.clock,
      say: (serviceName, line) => this.#sayToService(serviceName, line),
      start: async (record, restarts) => {
        if (!this.#spec || !(this.#hasValues || (await this.#remember(this.#spec)))) return undefined
        return processes.start(this.#spec, record.service, {
          batch: record.batch,
          values: this.#values,
          restarts,
          isWanted: true,
        })
      },
    })
  }

  /** Takes over what an earlier agent left running; starts nothing yet. */
  static async open(options: HostOptions): Promise<Host> {
    const { config, home, clock, log, logs, runs, serveCommand } = options
    const { environmentId } = config.host
    if (!environmentId) throw new Error('the host file names no environment')
    const gate = gateControl(home.gateSocket)
    const processes = await Processes.adopt({
      home,
      environmentId,
      path: config.path,
      serveCommand,
      logs,
      clock,
    })
    const redact = (text: string) => processes.redact(text)
    const jobs = await Jobs.adopt({ home, path: config.path, logs, clock, redact })
    // Started by an agent that did not live to write it down.
    await endUnknown(home, [...processes.all(), ...jobs.all()])
    const cron = await Cron.adopt({
      jobs,
      file: home.cron,
      clock,
      log,
      report: (run) => runs.report(run),
      say: (service, text) => logs.write(serviceStream(environmentId, service), [{ text, level: 'slipway' }]),
    })
    const routes = await GateRoutes.asTheyAre(gate, home)
    return new Host(options, environmentId, gate, processes, routes, jobs, cron)
  }

  /**
   * Makes true what the pointer says. Finishes a switch that the last agent was killed in, and answers which
   * command that was and how it ended. Without either, the host waits for its first deployment.
   */
  async begin(
    isSameBoot: boolean,
  ): Promise<{ batch: string; outcome: DeployOutput | UserError } | undefined> {
    const left = await readJournal(this.#options.home)
    const found = await this.#whatToRun(isSameBoot)
    if (found) await this.#remember(found)
    else this.processes.redactWith((text) => text)
    if (left && isSameBoot) {
      const outcome = await this.#finish(left)
      this.#keep.begin()
      return { batch: left.batch, outcome }
    }
    await rm(this.#options.home.journal, { force: true })
    for (const { id } of this.#jobs.all()) if (isOfDeployment(id)) await this.#jobs.forget(id)
    if (found) await this.#runAsItWas(found)
    this.#keep.begin()
    return undefined
  }

  get environmentId(): EnvironmentId {
    return this.#environmentId
  }

  /** Throws UserErrors; the old release serves then. `batch` makes it once. */
  async deploy(batch: string, spec: DeploymentSpec, say: Say, signal: AbortSignal): Promise<DeployOutput> {
    if (spec.environmentId !== this.#environmentId) throw hostFailures.foreignEnvironment()
    this.#isDeploying = true
    try {
      await this.#keep.pause()
      const context = this.#context(spec, say)
      const { config } = this.#options
      await growDisks(config.host.disks, { path: config.path, say: context.say })
      const output = await deploy({ batch, spec, previous: this.#spec }, context, signal)
      await pruneReleases(this.#options.home, {
        newest: keptReleases,
        ids: [spec.release.id, this.#spec?.release.id ?? '', ...this.#jobs.all().map((job) => job.releaseId)],
      })
      return output
    } finally {
      this.#isDeploying = false
      this.#keep.begin()
    }
  }

  /** New processes of the current release, in the way it was deployed. */
  async restart(batch: string, names: string[], say: Say, signal: AbortSignal): Promise<DeployOutput> {
    if (!this.#spec) throw hostFailures.nothingDeployed()
    for (const record of this.processes.all()) {
      // What is not to be started anew is taken over as if this command had started it.
      if (names.length > 0 && !names.includes(record.service.name))
        await this.processes.takeInto(record, batch)
    }
    const { releaseCommand: _ran, ...spec } = withoutSwitchHooks(this.#spec)
    return this.deploy(batch, spec, say, signal)
  }

  /**
   * Runs one command beside the services, with what the release that serves has. Twice with one id is once, until
   * `forgetRun`: its result is on disk by then.
   */
  async run(id: string, spec: RunSpec, signal: AbortSignal): Promise<RunOutput> {
    if (spec.environmentId !== this.#environmentId) throw hostFailures.foreignEnvironment()
    const current = this.#spec
    if (!current) throw hostFailures.nothingDeployed()
    if (!this.#hasValues && !(await this.#remember(current))) throw hostFailures.valuesAway()
    return runAsService(id, spec, { jobs: this.#jobs, current, values: this.#values }, signal)
  }

  forgetRun(id: string): Promise<void> {
    return this.#jobs.forget(runJobId(id))
  }

  /** Ends all services. They start again with the next deployment, restart or boot. */
  async stopServices(): Promise<void> {
    await this.#keep.pause()
    await this.#cron.pause()
    await Promise.all(this.processes.all().map((record) => this.processes.stop(record)))
    if (this.#spec) await this.#routes.pointTo(this.#spec, [])
    this.#keep.begin()
  }

  health(): ServiceHealth[] {
    return this.#spec ? this.#keep.health(this.#spec) : []
  }

  /** Called when health changed; at most a few times a second. */
  onHealth(listener: () => void): void {
    this.#keep.onChange = listener
  }

  async close(): Promise<void> {
    await this.#keep.pause()
    await this.#cron.pause()
    this.#traffic.end()
    await this.processes.saveOffsets()
    this.processes.close()
  }

  async #whatToRun(isSameBoot: boolean): Promise<DeploymentSpec | undefined> {
    const place = this.#place()
    // What runs was right a moment ago: the disk knows it, and the bucket need not be asked.
    const found = await readPointer(isSameBoot ? { ...place, bucket: undefined } : place)
    return found?.spec
  }

  async #finish({ batch, spec, previous: before, phase }: Journal): Promise<DeployOutput | UserError> {
    const context = this.#context(spec, { progress: () => {} })
    const previous = before ?? undefined
    if (phase === 'canary' && previous) {
      await abandonCanary({ batch, spec, previous }, context)
      return hostFailures.canaryInterrupted(spec.release.number, previous.release.number)
    }
    context.say('The agent was started anew in the middle of this deployment; it goes on.')
    try {
      const from = phase === 'release' ? 'release' : 'swap'
      return await deploy({ batch, spec, previous, from }, context, AbortSignal.timeout(1_800_000))
    } catch (error) {
      if (error instanceof UserError) return error
      throw error
    }
  }

  /** Starts what does not run. When that cannot be (the bucket or a secret is away), it is tried until a deployment comes. */
  async #runAsItWas(spec: DeploymentSpec): Promise<void> {
    const { home, config, architecture, log } = this.#options
    const alive = this.processes.all().filter((record) => this.processes.isAlive(record))
    for (const record of this.processes.all()) {
      if (!alive.includes(record)) await this.processes.forget(record)
    }
    const isStarting = (name: string) => !alive.some((record) => record.service.name === name)
    const standing = standingServices(spec)
    const missing = standing.filter(({ name }) => isStarting(name))
    const records = alive.filter((record) => standing.some(({ name }) => name === record.service.name))
    try {
      if (missing.length > 0) {
        if (!(await this.#remember(spec))) throw new Error('its secrets could not be read')
        await fetchRelease(spec.release, {
          s3: this.#s3,
          bucket: config.host.bucket,
          architecture,
          home,
          signal: AbortSignal.timeout(900_000),
        })
        await this.#bootHooks(spec)
      }
      for (const service of missing) {
        records.push(
          await this.processes.start(spec, service, { batch: 'boot', values: this.#values, isWanted: true }),
        )
      }
    } catch (error) {
      log.error({ error: describe(error) }, 'the release could not be started; trying again')
      setTimeout(() => {
        const isStillWanted = this.#spec?.deploymentId === spec.deploymentId && !this.#isDeploying
        if (isStillWanted) void this.#runAsItWas(spec)
      }, 10_000).unref()
    }
    await this.processes.setWanted(records, true)
    // A visitor who comes while the host gets up waits for it.
    await this.#routes.pointTo(spec, records, { isHeld: isStarting })
    for (const record of records) {
      if (isStarting(record.service.name)) void this.#letIn(record)
    }
  }

  /** Of a host that took the place of another, and starts what was deployed to that. */
  async #bootHooks(spec: DeploymentSpec): Promise<void> {
    const { hooks } = this.#context(spec, { progress: () => {} })
    try {
      await hooks.boot({ batch: 'boot', spec, values: this.#values }, AbortSignal.timeout(3_600_000))
    } finally {
      await hooks.forget('boot')
    }
  }

  /** Its first visitors, when it is up or cannot be. */
  async #letIn(record: ProcessRecord): Promise<void> {
    try {
      await this.processes.waitUntilHealthy(record, AbortSignal.timeout(900_000))
    } catch (error) {
      this.#sayToService(record.service.name, describe(error))
    }
    await this.#routes.release(record.service.id)
  }

  /** The values are kept for restarts and for what log lines must not hold. False when they could not be read. */
  async #remember(spec: DeploymentSpec): Promise<boolean> {
    this.#spec = spec
    this.#hasValues = false
    try {
      this.#values = await this.#readValues(spec, AbortSignal.timeout(10_000))
      this.#hasValues = true
      this.#cron.use(spec, this.#values)
      return true
    } catch (error) {
      this.#options.log.warn({ error: describe(error) }, 'the secrets could not be read; trying again')
      // What runs has them; its log waits until we know what must not be in it.
      setTimeout(() => {
        if (!this.#hasValues && this.#spec === spec) void this.#remember(spec)
      }, 5_000).unref()
      return false
    }
  }

  async #readValues(spec: DeploymentSpec, signal: AbortSignal): Promise<Record<string, string>> {
    const secrets = await readSecrets(spec.secrets, this.#ssm, signal)
    this.processes.redactWith(redactor(secrets))
    return { ...spec.variables, ...Object.fromEntries(secrets) }
  }

  #context(spec: DeploymentSpec, say: Say): DeployContext {
    const { home, clock, config, architecture, logs, canaries } = this.#options
    const stream = deploymentStream(spec.deploymentId)
    const sayInLog = (text: string) => logs.write(stream, [{ text, level: 'slipway' }])
    let values: Record<string, string> = {}
    return {
      home,
      clock,
      processes: this.processes,
      routes: this.#routes,
      traffic: this.#traffic,
      gate: this.gate,
      diskPaths: [home.root, ...config.host.disks.map((disk) => disk.path)],
      fetchRelease: async ({ release }, signal) => {
        await fetchRelease(release, { s3: this.#s3, bucket: config.host.bucket, architecture, home, signal })
      },
      readValues: async (of, signal) => {
        values = await this.#readValues(of, signal)
        return values
      },
      keep: async (of) => {
        this.#spec = of
        this.#values = values
        this.#hasValues = true
        this.#cron.use(of, values)
        await keepPointer({ spec: of, healthyAt: clock.now().toISOString() }, this.#place())
      },
      progress: (phase, detail, error) => {
        say.progress(phase, detail, error)
        sayInLog(phaseWords(phase, detail))
      },
      say: sayInLog,
      release: {
        run: (of, signal) => runReleaseCommand(of, { jobs: this.#jobs, say: sayInLog }, signal),
        forget: (batch) => this.#jobs.forget(releaseJobId(batch)),
      },
      hooks: hooksOn(home, { jobs: this.#jobs, say: sayInLog }),
      report: (minute) => canaries.report(minute),
      tendOld: async (isOn) => (isOn ? this.#keep.begin() : this.#keep.pause()),
    }
  }

  #place() {
    const { home, log, config } = this.#options
    return { home, log, s3: this.#s3, bucket: config.host.bucket, environmentId: this.#environmentId }
  }

  #sayToService(name: string, text: string): void {
    this.#options.logs.write(`service:${this.#environmentId}:${name}`, [{ text, level: 'slipway' }])
  }
}

const isOfDeployment = (jobId: string) =>
  [releaseJobId(''), hookJobId()].some((start) => jobId.startsWith(start))
