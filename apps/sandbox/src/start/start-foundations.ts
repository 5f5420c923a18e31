import { type MachineImage, makeMachineImage } from '../bodies/machine-image.ts'
import { keepRunning } from '../keep-running.ts'
import { startEmulator } from '../parts/emulator.ts'
import { type MailCatcher, startMailCatcher } from '../parts/mail-catcher.ts'
import { startPostgres } from '../parts/postgres.ts'
import { installPythonTools, type PythonTools } from '../parts/python-tools.ts'
import { startValkey } from '../parts/valkey.ts'
import { begin, type StartSetting } from './setting.ts'

export type Foundations = {
  tools: PythonTools
  image: MachineImage
  mails: MailCatcher
  adminUrl: string
  emulatorUrl: string
  /** Hears of every instance from now on, also after the emulator was started again. */
  onEmulator(follow: (events: NodeJS.ReadableStream) => Promise<void>): Promise<void>
}

/** Everything that Slipway stands on and that knows nothing of it: tools, Postgres, Redis, AWS, mail. */
export async function startFoundations(setting: StartSetting): Promise<Foundations> {
  const { state, local, ports, pace, progress } = setting
  const tools = await progress.part('tools', () => installPythonTools(local))
  const report = (line: string) => progress.say(`  ${line}`)
  const at = { state, tools }
  let adminUrl = ''
  let emulatorUrl = ''
  let events: NodeJS.ReadableStream | undefined
  let follow: ((events: NodeJS.ReadableStream) => Promise<void>) | undefined

  const postgres = keepRunning(
    'postgres',
    () => startPostgres({ ...at, port: ports.postgres }),
    report,
    async (part) => {
      adminUrl = part.adminUrl
    },
  )
  const valkey = keepRunning('valkey', () => startValkey({ ...at, port: ports.valkey }), report)
  const launchEmulator = () => startEmulator({ ...at, port: ports.emulator, pace })
  const emulator = keepRunning('emulator', launchEmulator, report, async (part) => {
    emulatorUrl = part.url
    events = part.events
    if (events) await follow?.(events)
  })

  const [image, mails] = await Promise.all([
    progress.part('image', () => makeMachineImage(local)),
    progress.part(
      'mail',
      () => startMailCatcher({ state, port: ports.smtp }),
      ({ url }) => url,
    ),
    begin(setting, 'postgres', postgres, () => adminUrl),
    begin(setting, 'valkey', valkey, () => `redis://127.0.0.1:${ports.valkey}`),
    begin(setting, 'emulator', emulator, () => emulatorUrl),
  ])
  setting.stops.late.push(() => mails.stop())
  return {
    tools,
    image,
    mails,
    adminUrl,
    emulatorUrl,
    async onEmulator(listener) {
      follow = listener
      if (events) await listener(events)
    },
  }
}
