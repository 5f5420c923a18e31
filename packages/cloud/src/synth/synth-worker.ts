import { parentPort } from 'node:worker_threads'
import { buildTemplate } from './build-template.ts'
import type { StackRequest } from './templates.ts'

/** The thread behind synthesise.ts: requests in, templates or error texts out, one after another. */
parentPort?.on('message', ({ id, request }: { id: number; request: StackRequest }) => {
  try {
    parentPort?.postMessage({ id, template: buildTemplate(request) })
  } catch (error) {
    parentPort?.postMessage({
      id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
})
