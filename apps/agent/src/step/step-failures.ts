import { UserError } from '@slipway/core'
import { artifactBytesMax, generatedLengthMax, outputLengthMax } from '@slipway/protocol'
import { type Ending, quoted } from '../build/run-command.ts'

export const stepFailures = {
  commandFailed(command: string, ending: Ending): UserError {
    return new UserError({
      code: 'step-failed',
      kind: 'failed',
      what: `${quoted(command)} ended with ${ending.signal ?? `code ${ending.code}`}.`,
      ...(ending.code === 127 ? { why: 'A program that it names is not on the runner.' } : {}),
      todo: 'Read its last lines below; the whole log is above them.',
      details: ending.lastLines,
    })
  },
  tookTooLong(command: string, seconds: number): UserError {
    return new UserError({
      code: 'step-too-long',
      kind: 'failed',
      what: `${quoted(command)} was ended after ${seconds} seconds.`,
      why: 'A command that hangs must not keep the runner from others.',
      todo: 'Find in the log what it waited for. If it really needs longer, raise the step’s `timeout` in slipway.yaml.',
    })
  },
  /** `wrong` says of each name what is the matter with it. */
  outputsWrong(command: string, wrong: string[]): UserError {
    return new UserError({
      code: 'step-output-wrong',
      kind: 'failed',
      what: `${quoted(command)} ended well, but did not leave all of its outputs.`,
      why: 'Later steps would go on without them.',
      todo: `Write a line NAME=value into the file that SLIPWAY_OUTPUT names, such as echo "URL=$url" >> "$SLIPWAY_OUTPUT", with at most ${outputLengthMax.toLocaleString('en-GB')} characters.`,
      details: wrong,
    })
  },
  /** `names` are those of `artifacts` that mean nothing in the checkout. */
  artifactMissing(command: string, names: string[]): UserError {
    return new UserError({
      code: 'step-artifact-missing',
      kind: 'failed',
      what: `${quoted(command)} ended well, but did not leave all of its artifacts.`,
      why: 'Later steps would go on without them.',
      todo: 'Look in the log where the command writes them, and name that by `artifacts`, from the top of the repository on.',
      details: names.map((name) => `${name} is not there.`),
    })
  },
  artifactsTooLarge(command: string, names: ReadonlyArray<{ name: string; sizeBytes: number }>): UserError {
    return new UserError({
      code: 'step-artifacts-too-large',
      kind: 'failed',
      what: `${quoted(command)} left more than ${artifactBytesMax / 1_073_741_824} GB of artifacts.`,
      why: 'Each later step fetches them, in each account and region.',
      todo: 'Keep only what later steps need, or bring it there through a bucket of yours.',
      details: names.map(({ name, sizeBytes }) => `${name}: ${(sizeBytes / 1_048_576).toFixed(1)} MB`),
    })
  },
  artifactsGone(key: string): UserError {
    return new UserError({
      code: 'step-artifacts-gone',
      kind: 'failed',
      what: 'The files that an earlier step kept are no longer in the bucket.',
      why: `Somebody deleted ${key}, or it was older than 60 days.`,
      todo: 'Push again, so that the step makes them anew.',
    })
  },
  artifactsWrong(key: string, wanted: string, found: string): UserError {
    return new UserError({
      code: 'step-artifacts-wrong',
      kind: 'failed',
      what: 'The files that an earlier step kept are not the ones that it kept.',
      why: `${key} should have the digest ${wanted.slice(0, 12)} and has ${found.slice(0, 21)}.`,
      todo: 'Look who may write into the bucket of this account, then push again.',
    })
  },
  /** `lines` are what tar said. */
  artifactsFailed(how: 'packed' | 'unpacked', lines: string[]): UserError {
    return new UserError({
      code: 'step-artifacts-failed',
      kind: 'failed',
      what: `The artifacts could not be ${how}.`,
      todo: 'Look at what it says below: a file that cannot be read, or a folder where the commit has a file.',
      details: lines,
    })
  },
  generatedTooLarge(command: string): UserError {
    return new UserError({
      code: 'generated-too-large',
      kind: 'failed',
      what: `${quoted(command)} generated more than ${generatedLengthMax.toLocaleString('en-GB')} characters.`,
      why: 'What generates stages without end would never come to any.',
      todo: 'Print less, or write only the stages into the file that SLIPWAY_PIPELINE names.',
    })
  },
  interrupted(command: string): UserError {
    return new UserError({
      code: 'step-interrupted',
      kind: 'failed',
      what: `The runner was started anew while ${quoted(command)} ran.`,
      why: 'How far it had come is not known, so it was not just gone on with.',
      todo: 'Push again. If it happens again, look in the AWS console why the runner is started anew.',
    })
  },
}
