import { Worker } from 'node:worker_threads'
import type { StackRequest } from './templates.ts'

/** Makes templates in a thread of its own, which is started at first use and ended when idle. */
export type Synthesis = {
  /** The template as JSON text. The same request always gives the same text. */
  template(request: StackRequest): Promise<string>
  close(): Promise<void>
}

/** aws-cdk-lib takes 2 s to load and 300 MB to hold: kept while it is being used, given back after. */
const idleMilliseconds = 600_000

type Waiting = { resolve: (template: string) => void; reject: (error: Error) => void }

export function openSynthesis(): Synthesis {
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let count = 0
  const waiting = new Map<number, Waiting>()

  function end(): Promise<unknown> {
    const ending = thread
    thread = undefined
    return ending?.terminate() ?? Promise.resolve()
  }

  function failAll(error: Error): void {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function start(): Worker {
    const started = new Worker(new URL('./synth-worker.ts', import.meta.url))
    started.unref()
    started.on('message', (answer: { id: number; template?: string; error?: string }) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (answer.template !== undefined) asked?.resolve(answer.template)
      else asked?.reject(new Error(`a template could not be made: ${answer.error}`))
      if (waiting.size === 0) rest()
    })
    started.on('error', (error) => {
      if (thread === started) thread = undefined
      failAll(error)
    })
    started.on('exit', () => {
      if (thread === started) thread = undefined
      failAll(new Error('the synthesis thread ended'))
    })
    return started
  }

  function rest(): void {
    clearTimeout(idle)
    idle = setTimeout(() => void end(), idleMilliseconds)
    idle.unref()
  }

  return {
    template(request) {
      clearTimeout(idle)
      thread ??= start()
      const id = count++
      const answer = new Promise<string>((resolve, reject) => waiting.set(id, { resolve, reject }))
      thread.postMessage({ id, request })
      return answer
    },
    async close() {
      clearTimeout(idle)
      await end()
    },
  }
}
