/**
 * All of Slipway on one machine, with no AWS account: the product's own processes as in production, Postgres, Redis, an AWS
 * emulator whose running instances have bodies, a Stripe double, a mail catcher, behind one origin. In goes a folder;
 * out comes a URL, and handles to kill, restart and look into each part. What it starts ends with it, also when it is
 * killed. Nothing in the product imports it, and the product does not know.
 */

export { asRoot } from './aws/accounts.ts'
export { endInstance } from './aws/end-instance.ts'
export { listStacks } from './aws/stacks.ts'
export { listInstances } from './bodies/instance.ts'
export type { Bodies } from './bodies/keep-bodies.ts'
export type { BodyProcess } from './bodies/processes.ts'
export { asSeen, atOnce, type Pace, platformAccount, startEmulator } from './parts/emulator.ts'
export type { CaughtMail } from './parts/mail-catcher.ts'
export { installPythonTools } from './parts/python-tools.ts'
export type { PartName, ProductPart } from './start/setting.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts'
