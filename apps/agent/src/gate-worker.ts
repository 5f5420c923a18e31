/** A program of its own: requests pass in it, so it loads nothing that it does not need for them. */
import { runGateWorker } from './gate/gate-worker.ts'

const [, , port = '', routesFile = '', host] = process.argv
runGateWorker({ port: Number(port), routesFile, ...(host !== undefined && { host }) })
