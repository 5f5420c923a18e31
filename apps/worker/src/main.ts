import { makeLog } from '@slipway/core'
import { workerConfig } from './config.ts'
import { startSlipwayWorker } from './start-slipway-worker.ts'

const log = makeLog('worker')
const worker = await startSlipwayWorker(workerConfig(), log)
log.info('working')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    log.info({ signal }, 'ending')
    await worker.stop()
    process.exit(0)
  })
}
