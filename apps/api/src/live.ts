import type { OrganisationId } from '@slipway/core'

/** The topic that means: anything may have changed, fetch all again. */
export const everything = '*'

/** More different topics than this waiting for one slow reader are told as `everything`. */
const waitingMax = 100

export type Live = {
  /**
   * Topics of the organisation as they change, each once however often it changed since it was last taken. Begins
   * with `everything`, because what happened before the reader was here is unknown. Ends with the signal; yields
   * undefined every `pulseMilliseconds` without news, so that the reader can look whether it may go on.
   */
  changes(
    organisationId: OrganisationId,
    signal: AbortSignal,
    pulseMilliseconds: number,
  ): AsyncGenerator<string | undefined>
  tell(organisationId: string, topic: string): void
  tellAll(topic: string): void
}

/** Hands announcements from the database to the readers of this process. */
export function makeLive(): Live {
  const readers = new Map<string, Set<Reader>>()

  return {
    async *changes(organisationId, signal, pulseMilliseconds) {
      const reader = new Reader()
      const group = readers.get(organisationId) ?? new Set()
      readers.set(organisationId, group.add(reader))
      try {
        while (!signal.aborted) {
          await reader.wait(signal, pulseMilliseconds)
          if (signal.aborted) return
          const topics = reader.take()
          if (topics.length === 0) yield undefined
          yield* topics
        }
      } finally {
        group.delete(reader)
        if (group.size === 0) readers.delete(organisationId)
      }
    },
    tell(organisationId, topic) {
      for (const reader of readers.get(organisationId) ?? []) reader.put(topic)
    },
    tellAll(topic) {
      for (const group of readers.values()) for (const reader of group) reader.put(topic)
    },
  }
}

class Reader {
  private topics = new Set<string>([everything])
  private wake: () => void = () => {}

  put(topic: string): void {
    if (this.topics.has(everything)) return
    if (topic === everything || this.topics.size >= waitingMax) this.topics = new Set([everything])
    else this.topics.add(topic)
    this.wake()
  }

  take(): string[] {
    const topics = [...this.topics]
    this.topics = new Set()
    return topics
  }

  wait(signal: AbortSignal, milliseconds: number): Promise<void> {
    if (this.topics.size > 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      signal.addEventListener('abort', done)
      this.wake = done
    })
  }
}
