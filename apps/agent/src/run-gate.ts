import { readGateConfig } from './config.ts'
import { runGateSupervisor } from './gate/gate-supervisor.ts'
import { homeOf } from './home.ts'

/** The gate of this host. Ends at once on a signal: its workers keep the port until those of a new gate have it. */
export async function runGate(workerFile: string): Promise<void> {
  const { port, address, home: root } = await readGateConfig()
  const home = homeOf(root)
  await runGateSupervisor({
    routesFile: home.gateRoutes,
    socket: home.gateSocket,
    workerCommand: [workerFile, String(port), home.gateRoutes, ...(address ? [address] : [])],
  })
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => process.exit(0))
}
