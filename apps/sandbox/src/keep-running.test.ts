import { expect, test } from 'vitest'
import { keepRunning } from './keep-running.ts'
import type { Tethered } from './process/tethered.ts'

/** A part whose ends are in the test's hand. */
function parts() {
  const launched: { end(code: number): void }[] = []
  const launch = async (): Promise<Tethered> => {
    let end: (code: number) => void = () => {}
    const ended = new Promise<number>((resolve) => {
      end = resolve
    })
    launched.push({ end })
    const finish = async () => end(0)
    return { name: 'part', pid: () => 1, ended, events: undefined, stop: finish, kill: finish }
  }
  return { launched, launch }
}

const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('a part that ends by itself is started again and reported', async () => {
  const { launched, launch } = parts()
  const said: string[] = []
  const kept = keepRunning('part', launch, (line) => said.push(line))
  await kept.start()
  launched[0]?.end(9)
  await until(() => launched.length === 2)
  expect(said).toEqual(['part ended with 9 and is started again'])
  await kept.stop()
})

test('a part that was killed on purpose stays down until it is started', async () => {
  const { launched, launch } = parts()
  const kept = keepRunning('part', launch, () => {})
  await kept.start()
  await kept.kill()
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(launched).toHaveLength(1)
  await kept.start()
  expect(launched).toHaveLength(2)
  await kept.stop()
})

test('a first start that fails is thrown', async () => {
  const kept = keepRunning(
    'part',
    async () => {
      throw new Error('no port')
    },
    () => {},
  )
  await expect(kept.start()).rejects.toThrow('no port')
})
