import type { ManifestProblem } from '../problem.ts'
import { join, readText, type Tree } from '../tree.ts'

export type Process = { name: string; command: string; line: number }
export type Procfile = {
  file: string
  processes: Process[]
  release: Process | undefined
  problems: ManifestProblem[]
}

const releaseName = 'release'

/**
 * The processes of a Procfile by name: `web` listens on $PORT, all others are workers. `release` is no process that
 * goes on, but the app's release command. Undefined when there is none.
 * Form: https://devcenter.heroku.com/articles/procfile
 */
export async function readProcfile(tree: Tree, root: string): Promise<Procfile | undefined> {
  const file = join(root, 'Procfile')
  const text = await readText(tree, file)
  if (text === undefined) return undefined
  const processes: Process[] = []
  const problems: ManifestProblem[] = []
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '' || content.trimStart().startsWith('#')) continue
    const line = index + 1
    const read = readLine(content, line, file, processes)
    if ('problem' in read) problems.push(read.problem)
    else processes.push(read.process)
  }
  if (processes.length === 0 && problems.length === 0) {
    problems.push({
      code: 'manifest-procfile',
      what: `${file} names no process.`,
      todo: 'Add a line such as web: node server.js, or remove the file.',
      place: { file, line: 1, column: 1 },
    })
  }
  const isRelease = ({ name }: Process) => name === releaseName
  return {
    file,
    processes: processes.filter((process) => !isRelease(process)),
    release: processes.find(isRelease),
    problems,
  }
}

function readLine(
  content: string,
  line: number,
  file: string,
  before: Process[],
): { process: Process } | { problem: ManifestProblem } {
  const problem = (what: string, todo: string, column = 1) => ({
    problem: {
      code: 'manifest-procfile',
      what,
      todo,
      value: content.slice(0, 80),
      place: { file, line, column },
    },
  })
  const match = /^\s*([A-Za-z0-9_-]+)\s*:\s*(.*\S)\s*$/.exec(content)
  if (match === null) return problem(`This line of ${file} is no process.`, 'Write it as name: command.')
  const [, given = '', command = ''] = match
  const name = given.toLowerCase().replaceAll('_', '-')
  if (!/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) {
    return problem(
      `${given} is not a name of a service.`,
      '1 to 20 of a-z, 0-9 and -, starting with a letter.',
    )
  }
  if (before.some((process) => process.name === name)) {
    return problem(`${name} stands in ${file} a second time.`, 'Remove one of the two lines.')
  }
  return { process: { name, command, line } }
}
