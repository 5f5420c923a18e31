import type { AgentConfig } from '../../config.ts'
import type { Home } from '../../home.ts'
import type { KeptRuntime } from './keep-runtime.ts'

/** What one build has of a runtime. */
export type Runtime = {
  /** For people, such as `Node 24.21.0`. */
  name: string
  /** Folders of its programs, for the build's own commands. */
  binFolders: string[]
  /** Variables that its tools need while they build. */
  variables: Record<string, string>
  /** What a release carries of it; none when it runs without. */
  carried?: Pick<KeptRuntime, 'folder' | 'archive'>
  /** Makes what the commands left in the checkout fit for another folder on another machine. */
  finish?(folder: string): Promise<void>
}

export type RuntimeRequest = {
  /** As the language itself writes it. */
  range: string
  config: AgentConfig
  home: Home
  say(line: string): void
  signal: AbortSignal
}

/** A runtime that a runner can bring. `provide` throws UserErrors of `buildFailures`. */
export type RuntimeKind = { kind: string; provide(request: RuntimeRequest): Promise<Runtime> }
