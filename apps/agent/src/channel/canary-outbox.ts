import type { AgentMessage, MinuteOfCanary } from '@slipway/protocol'

type CanaryMessage = Extract<AgentMessage, { type: 'canary' }>
/** Minutes that are kept while there is no channel: of a canary as long as one may be, for two services. */
const keptMinutes = 240

/** Minutes of a canary on their way to the api, each with the newest that is known of it, kept until that is stored. */
export class CanaryOutbox {
  #kept = new Map<string, CanaryMessage>()
  #next = 0
  #send: ((message: CanaryMessage) => boolean) | undefined

  report(minute: MinuteOfCanary): void {
    const key = `${minute.deploymentId} ${minute.serviceId} ${minute.minute}`
    const message: CanaryMessage = { type: 'canary', sequence: this.#next++, minute }
    this.#kept.set(key, message)
    for (const old of [...this.#kept.keys()].slice(0, -keptMinutes)) this.#kept.delete(old)
    this.#send?.(message)
  }

  connected(send: (message: CanaryMessage) => boolean): void {
    this.#send = send
    for (const message of this.#kept.values()) send(message)
  }

  disconnected(): void {
    this.#send = undefined
  }

  stored(sequence: number): void {
    for (const [key, message] of this.#kept) if (message.sequence === sequence) this.#kept.delete(key)
  }
}
