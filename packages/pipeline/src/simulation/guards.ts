/**
 * What keeps the truths where rows and the outside meet. Each can be taken away: then some seed has to show which truth
 * breaks, or the simulation would not notice if the product lost it.
 */
export const guards = [
  /** A second command for the same deployment is not written, whoever asks and in which moment. */
  'one-command-a-deployment',
  /** A deployment that is to stop, or has ended, sends no command: asked in the transaction that would send it. */
  'no-command-after-stop',
  /** What was told to stop, or whose deployment has ended, is not begun by a host that hears of it only later. */
  'no-command-after-its-end',
  /** A host refuses a command whose fence is older than one that it has seen. */
  'host-refuses-old-fence',
  /** One deployment holds an environment at a time, whatever stages and lanes it is in. */
  'environment-lease',
  /** That a release is bad is asked when it is deployed, not only when its execution began. */
  'bad-asked-at-deployment',
  /** A bad release that came up is bad still, but where a person let it in knowingly. */
  'bad-until-a-person-lifts-it',
  /** The way forward of a rehearsal begins in the transaction that ends the way back, under the same hold. */
  'forward-with-the-end-of-back',
  /** A look that comes early, by a clock that is ahead, asks for another at the same moment, beside its own row. */
  'early-look-looks-again',
  /** A look that is put off, by a clock that is behind, asks for no earlier moment than its own. */
  'late-look-keeps-its-moment',
] as const
export type Guard = (typeof guards)[number]
