import pg from 'pg'

/**
 * One connection that listens to one channel until `stop`. Lost, it is opened again every half second; after
 * that `onGap` runs, because what was said meanwhile was not heard.
 */
export async function listen(
  connectionString: string,
  channel: string,
  onPayload: (payload: string) => void,
  onGap: () => void = () => {},
): Promise<{ stop(): Promise<void> }> {
  let stopped = false
  let current: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined

  const connect = async () => {
    const client = new pg.Client({ connectionString, keepAlive: true })
    let lost = false
    const onLost = () => {
      if (lost || stopped) return
      lost = true
      client.end().catch(() => {})
      retry = setTimeout(reconnect, 500)
    }
    client.on('error', onLost)
    client.on('end', onLost)
    client.on('notification', (message) => onPayload(message.payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      lost = true
      client.end().catch(() => {})
      throw error
    }
    current = client
  }
  const reconnect = () => {
    connect().then(
      () => (stopped ? current?.end() : onGap()),
      () => {
        if (!stopped) retry = setTimeout(reconnect, 500)
      },
    )
  }

  await connect()
  return {
    async stop() {
      stopped = true
      clearTimeout(retry)
      await current?.end()
    },
  }
}
