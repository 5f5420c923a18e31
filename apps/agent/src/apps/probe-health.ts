import http from 'node:http'
import type { Socket } from 'node:net'
import type { DeployedService } from '@slipway/protocol'

export type Probe =
  | { state: 'healthy' }
  /** Nothing accepts connections on the port. */
  | { state: 'not-listening' }
  /** `isFinal`: it answered, and not with 503, which says "not yet". */
  | { state: 'unhealthy'; reason: string; isFinal: boolean }

/**
 * On the loopback a connection to a port on which nobody listens may be given that very port as its own, and
 * then TCP joins it to itself (simultaneous open, RFC 9293, 3.5).
 */
export const isConnectedToItself = (socket: Socket) =>
  socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress

/**
 * Asks the service once how it is. For `/`, which many apps do not serve, any answer below 500 is well; a path
 * that was named must answer 200 to 399.
 */
export function probeHealth(
  service: DeployedService,
  port: number,
  timeoutMilliseconds: number,
): Promise<Probe> {
  return new Promise((resolve) => {
    const { path } = service.health
    const request = http.get(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        timeout: timeoutMilliseconds,
        headers: { host: 'localhost', 'user-agent': 'slipway-health' },
      },
      (response) => {
        response.resume()
        response.once('error', () => {})
        const status = response.statusCode ?? 0
        const isWell = path === '/' ? status < 500 : status >= 200 && status < 400
        resolve(
          isWell
            ? { state: 'healthy' }
            : { state: 'unhealthy', reason: `GET ${path} answered ${status}`, isFinal: status !== 503 },
        )
      },
    )
    let isConnected = false
    request.once('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = !isConnectedToItself(socket)
        if (isConnected) return
        resolve({ state: 'not-listening' })
        request.destroy()
      }),
    )
    request.once('timeout', () => {
      resolve(
        isConnected
          ? {
              state: 'unhealthy',
              reason: `GET ${path} gave no answer within ${Math.round(timeoutMilliseconds / 100) / 10} seconds`,
              isFinal: false,
            }
          : { state: 'not-listening' },
      )
      request.destroy()
    })
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'ECONNREFUSED'
          ? { state: 'not-listening' }
          : { state: 'unhealthy', reason: `GET ${path} broke off: ${error.message}`, isFinal: false },
      ),
    )
  })
}
