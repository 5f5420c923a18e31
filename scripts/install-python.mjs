import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from './prepare.mjs'

/**
 * Installs these packages of PyPI (`name==version`) once, into `.local/<folder>` of this project, and answers the
 * folder of their programs. What was broken off is begun anew; another version belongs into another folder.
 * @param {string} folder
 * @param {string[]} packages
 */
export function installPython(folder, packages) {
  const venv = join(project, '.local', folder)
  const bin = join(venv, 'bin')
  const record = join(venv, 'installed')
  if (existsSync(record)) return bin
  console.log(`installing ${packages.join(', ')}`)
  rmSync(venv, { recursive: true, force: true })
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...packages]
  execFileSync(join(bin, 'pip'), pip, { stdio: 'inherit' })
  writeFileSync(record, packages.join('\n'))
  return bin
}

/** cfn-lint and AWS's schemas of resource types, which it brings along. Answers the folder of its program. */
export function installCfnLint() {
  return installPython('cfn-lint-1.58.0', ['cfn-lint==1.58.0'])
}
