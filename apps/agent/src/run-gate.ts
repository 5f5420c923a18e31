import { readGateConfig } from './config.ts'
import { runGateSupervisor } from './gate/gate-supervisor.ts'
import { runGateWorker } from './gate/gate-worker.ts'
import { homeOf } from './home.ts'

/** The gate of this host. Ends at once on a signal: its workers keep the port until those of a new gate have it. */
export async function runGate(self: string[]): Promise<void> {
  const { port, home: root } = await readGateConfig()
  const home = homeOf(root)
  await runGateSupervisor({
    routesFile: home.gateRoutes,
    socket: home.gateSocket,
    workerCommand: [...self.slice(1), 'gate-worker', String(port), home.gateRoutes],
  })
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => process.exit(0))
}

export async function runWorker([port = '', routesFile = '']: string[]): Promise<void> {
  runGateWorker({ port: Number(port), routesFile })
}
