import { rm } from 'node:fs/promises'
import { SSMClient } from '@aws-sdk/client-ssm'
import { makeLog, realClock, UserError } from '@slipway/core'
import {
  buildOutput,
  type CommandOutcome,
  datadogOutput,
  deployOutput,
  protocolVersion,
  runOutput,
  siteOutput,
  stepOutput,
} from '@slipway/protocol'
import { startTicksOf } from './apps/process-record.ts'
import { awsSettings } from './aws-settings.ts'
import { build } from './build/build.ts'
import { prepareNode } from './build/runtimes/npm-runtime.ts'
import { CanaryOutbox } from './channel/canary-outbox.ts'
import { Channel } from './channel/channel.ts'
import { LogOutbox } from './channel/log-outbox.ts'
import { CommandRunner, type Execute } from './commands/command-runner.ts'
import { readAgentConfig } from './config.ts'
import { askDatadog } from './datadog/ask-datadog.ts'
import { Host } from './deploy/host.ts'
import { homeOf } from './home.ts'
import { agentKey } from './identity/agent-key.ts'
import { monotonicSeconds, openBoot } from './identity/boot.ts'
import { hostIdOf, instanceFacts } from './identity/instance-facts.ts'
import { signIdentity } from './identity/sign-identity.ts'
import { RunOutbox } from './jobs/run-outbox.ts'
import { Heart, type Running } from './measure/heart.ts'
import { Minutes } from './measure/minute.ts'
import { layOutSite } from './site/lay-out-site.ts'
import { step } from './step/step.ts'
import { agentVersion } from './version.ts'

/**
 * The agent of a host or a runner. First it makes true what its disk and bucket say, without Slipway; then it
 * opens the channel and does what it is told. Ends on SIGTERM, after it said the last of what it knows; the
 * services and the gate stay.
 */
export async function runAgent(serveCommand: string[], functionStart: string): Promise<void> {
  const config = await readAgentConfig()
  const { host: file } = config
  const log = makeLog('slipway-agent')
  const clock = realClock
  const home = homeOf(config.home)
  const key = await agentKey(home.key)
  const { architecture, instanceId } = await instanceFacts(config.metadataEndpoint, home.instance)
  const hostId = hostIdOf(file, instanceId)
  const boot = await openBoot(home.boot)
  const logs = new LogOutbox(clock)
  const canaries = new CanaryOutbox()
  const runs = await RunOutbox.open(home.runs)
  const host =
    file.kind === 'host'
      ? await Host.open({ config, architecture, home, clock, log, logs, canaries, runs, serveCommand })
      : undefined
  const ssm = new SSMClient(awsSettings(config))
  const heart = new Heart(boot, home.boot, () => (host ? runningOn(host) : []))
  const minutes = new Minutes(clock, config.home, host)

  const { promise: ready, resolve: setReady } = Promise.withResolvers<void>()
  const execute: Execute = async ({ id, command }, say, signal) => {
    const progress = { progress: say }
    switch (command.kind) {
      case 'build':
        if (host) throw notMine(command.kind, file.kind)
        return buildOutput.parse(
          await build(
            id,
            command.spec,
            { config, architecture, functionStart, home, logs, progress: say },
            signal,
          ),
        )
      case 'step':
        if (host) throw notMine(command.kind, file.kind)
        return stepOutput.parse(await step(id, command.spec, { config, home, logs, progress: say }, signal))
      case 'site':
        if (host) throw notMine(command.kind, file.kind)
        return siteOutput.parse(
          await layOutSite(id, command.spec, { config, home, logs, progress: say }, signal),
        )
      case 'deploy':
        if (!host) throw notMine(command.kind, file.kind)
        return deployOutput.parse(await host.deploy(id, command.spec, progress, signal))
      case 'restart':
        if (!host) throw notMine(command.kind, file.kind)
        return deployOutput.parse(await host.restart(id, command.services, progress, signal))
      case 'run':
        if (!host) throw notMine(command.kind, file.kind)
        return runOutput.parse(await host.run(id, command.spec, signal))
      case 'datadog':
        if (!host) throw notMine(command.kind, file.kind)
        return datadogOutput.parse(
          await askDatadog(command.spec, { ssm, endpoint: config.datadogEndpoint }, signal),
        )
      case 'stop':
        if (command.commandId) commands.cancel(command.commandId)
        else {
          heart.beat()
          await host?.stopServices()
        }
        return {}
    }
  }
  const commands = await CommandRunner.open({
    home,
    execute,
    ready,
    log,
    say: (message) => {
      // The last lines of a command come before its end: whoever reads them stops at that.
      if (message.type === 'result') logs.flush()
      return channel.say(message)
    },
  })
  const sayHealth = () => {
    channel.say({ type: 'health', services: host?.health() ?? [] })
  }

  const channel = new Channel({
    endpoint: file.endpoint,
    log,
    hello: {
      type: 'hello',
      protocol: protocolVersion,
      agent: agentVersion,
      kind: file.kind,
      hostId,
      boot: boot.id,
      publicKey: key.publicKey,
      architecture,
    },
    prove: async ({ nonce, identity }) => ({
      type: 'proof',
      signature: key.prove(hostId, nonce),
      ...(identity
        ? {
            identity: await signIdentity({
              region: file.region,
              stsEndpoint: file.stsEndpoint,
              nonce,
              key: key.fingerprint,
            }),
          }
        : {}),
    }),
    onWelcome() {
      commands.connected()
      logs.connected((message) => channel.say(message))
      heart.connected((message) => channel.say(message))
      minutes.connected((message) => channel.say(message))
      canaries.connected((message) => channel.say(message))
      runs.connected((message) => channel.say(message))
      sayHealth()
    },
    onUnknownCommand: (id) => commands.unknown(id),
    onMessage(message) {
      switch (message.type) {
        case 'command':
          return commands.receive(message)
        case 'result-stored':
          return void commands.stored(message.id).then(() => host?.forgetRun(message.id))
        case 'logs-stored':
          return logs.stored(message.source, message.sequence)
        case 'alive-stored':
          return heart.stored(message.boot, message.sequence)
        case 'metrics-stored':
          return minutes.stored(message.minute)
        case 'canary-stored':
          return canaries.stored(message.sequence)
        case 'run-stored':
          return void runs.stored(message.sequence)
      }
    },
    onClosed() {
      logs.disconnected()
      heart.disconnected()
      minutes.disconnected()
      canaries.disconnected()
      runs.disconnected()
    },
  })

  host?.onHealth(() => {
    sayHealth()
    heart.beat()
  })
  // Log lines go while the host is still getting on its feet: what it says then matters most.
  const flushing = setInterval(() => logs.flush(), 200)
  const saying = setInterval(sayHealth, 60_000)
  channel.start()
  let isEnding = false
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, async () => {
      if (isEnding) return
      isEnding = true
      await Promise.all([heart.last(1000), host?.close(), logs.drained(1000)])
      clearInterval(flushing)
      clearInterval(saying)
      channel.stop()
      process.exit(0)
    })
  }
  const finished = await host?.begin(boot.isGoingOn)
  if (finished) await commands.finish(finished.batch, outcomeOf(finished.outcome))
  setReady()
  minutes.begin()
  if (!host) {
    await rm(home.cache('home', '.npm', '_logs'), { recursive: true, force: true })
    prepareNode({ home, log })
  }
}

function outcomeOf(ending: unknown): CommandOutcome {
  return ending instanceof UserError
    ? { ok: false, error: ending.fields }
    : { ok: true, output: deployOutput.parse(ending) }
}

/** What runs now and since when, from the kernel: also of processes that an earlier agent started. */
function runningOn(host: Host): Running[] {
  return host.processes.all().flatMap((record) => {
    const startedTicks = record.isWanted ? startTicksOf(record.pid) : undefined
    if (startedTicks !== record.startTicks) return []
    return [
      {
        serviceId: record.service.id,
        runningSeconds: Math.max(0, monotonicSeconds() - Number(startedTicks) / 100),
      },
    ]
  })
}

function notMine(command: string, kind: string): UserError {
  return new UserError({
    code: 'command-for-another-host',
    kind: 'conflict',
    what: `A ${kind} is not given the command “${command}”.`,
  })
}
