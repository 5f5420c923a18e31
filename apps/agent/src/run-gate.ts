import { readGateConfig } from './config.ts'
import { runGateSupervisor } from './gate/gate-supervisor.ts'
import { runGateWorker } from './gate/gate-worker.ts'
import { homeOf } from './home.ts'

/** The gate of this host. Ends at once on a signal: its worker answers what it holds and keeps the port till a new gate is there. */
export async function runGate(self: string[]): Promise<void> {
  const { port, home: root } = await readGateConfig()
  const home = homeOf(root)
  await runGateSupervisor({
    port,
    routesFile: home.gateRoutes,
    socket: home.gateSocket,
    workerCommand: (at) => [...self.slice(1), 'gate-worker', String(at), home.gateRoutes],
  })
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => process.exit(0))
}

export async function runWorker([port = '', routesFile = '']: string[]): Promise<void> {
  runGateWorker({ port: Number(port), routesFile })
}
