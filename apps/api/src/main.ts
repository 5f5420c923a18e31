import { makeLog } from '@slipway/core'
import { apiConfig } from './config.ts'
import { startApi } from './start-api.ts'

const log = makeLog('api')
const api = await startApi(apiConfig(), log)
log.info({ port: api.port }, 'listening')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    log.info({ signal }, 'ending')
    await api.close()
    process.exit(0)
  })
}
