import { UserError } from '@slipway/core'
import { type Ending, quoted } from './run-command.ts'

export const buildFailures = {
  notCloned(sha: string, lines: string[]): UserError {
    return new UserError({
      code: 'build-no-source',
      kind: 'failed',
      what: `The runner could not fetch commit ${sha.slice(0, 12)}.`,
      todo: 'Deploy it again. If it happens again, look whether the runner reaches Slipway.',
      details: lines,
    })
  },
  commandFailed(command: string, ending: Ending, lines: string[]): UserError {
    return new UserError({
      code: 'build-command-failed',
      kind: 'failed',
      what: `${quoted(command)} ended with ${ending.signal ?? `code ${ending.code}`}.`,
      ...(ending.code === 127 ? { why: 'A program that it names is not on the runner.' } : {}),
      todo: 'Read its last lines below; the whole log is above them.',
      details: lines,
    })
  },
  tookTooLong(seconds: number): UserError {
    return new UserError({
      code: 'build-took-too-long',
      kind: 'failed',
      what: `The build was ended after ${seconds} seconds.`,
      why: 'A build that hangs must not keep the runner from others.',
      todo: 'Find which command hangs in the log. If it really needs longer, raise the build’s time limit.',
    })
  },
  /** `runtime` is its name with the range, such as `Python >=3.13`; `lines` what its own tools said. */
  noRuntime(runtime: string, todo: string, lines: string[]): UserError {
    return new UserError({
      code: 'build-no-runtime',
      kind: 'failed',
      what: `This runner has no ${runtime}, and could not get it.`,
      todo,
      details: lines,
    })
  },
  runtimeNotBrought(kind: string, brought: string[]): UserError {
    return new UserError({
      code: 'build-runtime-not-brought',
      kind: 'failed',
      what: `This runner has no ${kind} that a release could carry.`,
      why: `A release carries what it runs with, and runners bring ${brought.join(', ')} so far.`,
      todo: 'Commit a ready executable that brings its own, and name it by run in slipway.yaml.',
    })
  },
  noExecutable(service: string, file: string): UserError {
    return new UserError({
      code: 'build-no-executable',
      kind: 'failed',
      what: `The command of ${service} names ${file}, which is not in the release.`,
      todo: 'Commit it, or let the build make it.',
    })
  },
  mixedArchitectures(found: Array<{ service: string; architecture: string }>): UserError {
    return new UserError({
      code: 'build-mixed-architectures',
      kind: 'failed',
      what: `The executables are for different machines: ${found.map(({ service, architecture }) => `${service} for ${architecture}`).join(', ')}.`,
      why: 'All services of an environment run on one host.',
      todo: 'Build them for one architecture (in Go: GOARCH=arm64).',
    })
  },
  noFolder(folder: string): UserError {
    return new UserError({
      code: 'build-no-folder',
      kind: 'failed',
      what: `The folder ${folder}, which should be released, does not exist after the build.`,
      todo: 'Correct `publish` in slipway.yaml, or the command that makes it.',
    })
  },
  siteWithoutIndex(service: string, folder: string): UserError {
    const shown = folder === '' ? 'the repository' : folder
    return new UserError({
      code: 'build-site-no-index',
      kind: 'failed',
      what: `${service} is a static site, and ${shown} has no index.html after the build.`,
      why: 'It is the page that the address of the site answers with. What is live stays as it is.',
      todo: 'Correct `publish` in slipway.yaml, or the command that makes the folder.',
    })
  },
  siteRules(service: string, lines: string[]): UserError {
    return new UserError({
      code: 'build-site-rules',
      kind: 'failed',
      what: `The site ${service} has rules that cannot be kept.`,
      why: '_redirects and _headers are read as Netlify and Cloudflare Pages both have them; what only one of them has is refused, so that nothing is left out in silence.',
      todo: 'Correct or remove these lines.',
      details: lines,
    })
  },
  /** `largest` are folders and files at the top with what they take. */
  functionTooLarge(bytes: number, max: number, largest: [name: string, bytes: number][]): UserError {
    const megabytes = (of: number) => `${Math.ceil(of / 1_048_576).toLocaleString('en-US')} MB`
    return new UserError({
      code: 'build-function-too-large',
      kind: 'failed',
      what: `The release is ${megabytes(bytes)} unpacked, and a function may have ${megabytes(max)}.`,
      why: 'Lambda takes 250 MB with all that belongs to a function.',
      todo: 'Leave out what only the build needs (in Node: `npm prune --omit=dev` at its end), or name `kind: server` in slipway.yaml, in a new app or stage.',
      details: largest.map(([name, size]) => `${megabytes(size)}  ${name}`),
    })
  },
  siteTooLarge(service: string, files: number, max: number): UserError {
    return new UserError({
      code: 'build-site-too-large',
      kind: 'failed',
      what: `The site ${service} has ${files.toLocaleString('en-US')} files, and ${max.toLocaleString('en-US')} is the most.`,
      why: 'Each file has its line in the table by which the edge finds it, and that table is small.',
      todo: 'Publish fewer files, or split the site into several apps.',
    })
  },
}
