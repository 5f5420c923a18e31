import type { Kept } from '../keep-running.ts'
import type { Pace } from '../parts/emulator.ts'
import type { Ports } from '../ports.ts'
import type { Progress } from '../progress.ts'

/** Parts that are processes of their own, which a test may kill and start again. */
export type PartName = 'postgres' | 'valkey' | 'emulator' | 'api' | 'worker' | 'web'

export type ProductPart = Extract<PartName, 'api' | 'worker' | 'web'>

/** What all steps of a start share. */
export type StartSetting = {
  /** Folder of everything that this sandbox remembers. */
  state: string
  /** Folder of what all sandboxes of this project share: tools, builds, the machine image. */
  local: string
  ports: Ports
  pace: Pace
  progress: Progress
  /** What `stop` ends: `early` all at once, then, when nobody uses it any more, `late` all at once. */
  stops: Record<'early' | 'late', (() => Promise<void>)[]>
  parts: Partial<Record<PartName, Kept>>
}

/** Starts a kept part with a line of progress, and remembers to stop it. */
export async function begin(
  setting: StartSetting,
  name: PartName,
  part: Kept,
  detail: () => string,
): Promise<void> {
  setting.parts[name] = part
  setting.stops[isProduct(name) ? 'early' : 'late'].push(() => part.stop())
  await setting.progress.part(name, () => part.start(), detail)
}

function isProduct(name: PartName): boolean {
  return name === 'api' || name === 'worker' || name === 'web'
}
