import type { CloudAccountId, EnvironmentId } from '@slipway/core'

/** What an environment of functions is, and which release shall be live in it. */
export type FunctionConfig = {
  environmentId: EnvironmentId
  /** Names, for people: of the app and the environment. */
  app: string
  environment: string
  /** Each takes requests. */
  services: readonly FunctionService[]
  memoryMegabytes: number
  /** The same for all services. */
  variables: Readonly<Record<string, string>>
  /** Each function reads their values with its own role when it starts. */
  secrets: readonly { name: string; parameter: string; version: number }[]
  release: {
    number: number
    /** Its archive in the bucket of the environment, a zip. */
    key: string
    /** SHA-256 of the archive, hex. */
    digest: string
    sizeBytes: number
    architecture: 'x64' | 'arm64'
  }
  /** The bucket that its build was put into when it was built, and its key there; undefined where that is not known any more. */
  builtAt: { cloudAccountId: CloudAccountId; region: string; key: string } | undefined
}

export type FunctionService = {
  name: string
  /** A shell command that serves HTTP on $PORT, and the folder of the release in which it is run. */
  run: string
  root: string
  /** In the apps' domain. */
  publicName: string
  /** What must be answered below 500 before the release takes over; undefined where nothing is asked. */
  health: { path: string; timeoutSeconds: number } | undefined
}
