/**
 * Git hosts behind one small interface (`Source`), and pushes. In: an app's repository. Out: its refs, commits
 * and files, read without a checkout, and a `Push` for each ref that moved.
 * Always true: git runs with argument arrays on bare repositories, with none of the machine's settings; what a
 * ref points to is read from the repository, never believed from a message. Left to others: who may push (the
 * api), what a push leads to (pipeline).
 */
export { builtinSource } from './builtin/builtin.ts'
export { type GitSettings, startGit } from './builtin/git.ts'
export { deleteRepository, ensureRepository, repositoryOf } from './builtin/repository.ts'
export { createCloneToken, isCloneToken, openWithCloneToken } from './clone-token.ts'
export { branchOf, type Push, type PushOutcome } from './push.ts'
export { type RecordedPush, type RecordPushes, recordPushes } from './record-pushes.ts'
export { type Commit, isRefName, isSha, noSha, type Ref, type Source } from './source.ts'
export { sweepRefs } from './sweep-refs.ts'
