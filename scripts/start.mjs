// `npm start`: checks what must be there, installs when the lockfile changed, then runs the sandbox under the project's
// own Node.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { node, prepare, project } from './prepare.mjs'

prepare()
const sandbox = spawn(node, [join(project, 'apps/sandbox/src/main.ts'), '--tethered'], {
  cwd: project,
  // The sandbox ends when this pipe closes, so also when this process is killed.
  stdio: ['pipe', 'inherit', 'inherit'],
})
sandbox.stdin.on('error', () => {})
sandbox.once('exit', (code) => process.exit(code ?? 1))
// A terminal's Ctrl-C reaches the sandbox by itself; only wait for it here.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => sandbox.stdin.end())
if (process.env.npm_lifecycle_event) watchParents(() => sandbox.stdin.end())

// npm starts scripts through a shell, and a killed npm takes neither with it: whoever stood above must still stand there.
function watchParents(onGone) {
  const above = () => [process.ppid, parentOf(process.ppid)].join()
  const first = above()
  setInterval(() => above() !== first && onGone(), 500).unref()
}

function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1).trim().split(' ')[1]
  } catch {
    return ''
  }
}
