import type { CloudAccountId, EnvironmentId } from '@slipway/core'

/** What an environment that is a static site is, and which release shall be live in it. */
export type StaticConfig = {
  environmentId: EnvironmentId
  /** Names, for people: of the app and the environment. */
  app: string
  environment: string
  /** Each a published folder. */
  services: readonly StaticService[]
  release: {
    number: number
    /** Its archive in the bucket of the environment. */
    key: string
    digest: string
    sizeBytes: number
  }
  /** The bucket that its build was put into when it was built, and its key there; undefined where that is not known any more. */
  builtAt: { cloudAccountId: CloudAccountId; region: string; key: string } | undefined
}

type StaticService = {
  name: string
  /** Its folder in the release, '' for the top. */
  folder: string
  /** In the apps' domain. */
  publicName: string
  /** What is asked for after the switch; undefined where nothing is. */
  healthPath: string | undefined
}
