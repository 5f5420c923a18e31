/**
 * Seconds until a service that died is started again: at once the first time, then 1, 2, 4 … 60, so that one
 * that dies at start does not eat the host. What ran for ten minutes starts from the beginning.
 */
export function restartDelaySeconds(ranSeconds: number, restarts: number): number {
  if (restarts === 0 || ranSeconds >= 600) return 0
  return Math.min(60, 2 ** (restarts - 1))
}
