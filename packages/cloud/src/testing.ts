/** For tests of floors above: an organisation with a connected account in the emulator. */
export { type ConnectedAccount, connectAccount, untilEnded } from './testing/connected-account.ts'
export { runDueJobs } from './testing/run-jobs.ts'
