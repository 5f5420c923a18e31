import { join } from '../../tree.ts'
import type { Detector } from '../detection.ts'
import { findFile, hasFile } from '../find-file.ts'
import { pythonDependencies } from './dependencies.ts'
import { pythonServing, scripts } from './frameworks.ts'
import { pythonInstall } from './install.ts'
import { describesProject, pythonRange, pythonRangeDefault } from './version.ts'

const lists = ['requirements.txt', 'uv.lock', 'poetry.lock', 'Pipfile', 'setup.py', 'manage.py']

/** A folder with a list of Python packages, or with a script that is run by convention. */
export const python: Detector = {
  name: 'python',
  programs: [
    {
      names: [
        'python',
        'python3',
        'gunicorn',
        'uvicorn',
        'hypercorn',
        'daphne',
        'celery',
        'flask',
        'fastapi',
      ],
      runtime: { kind: 'python', range: pythonRangeDefault },
    },
  ],
  async detect(tree, root) {
    const list =
      (await findFile(tree, root, lists)) ??
      ((await hasFile(tree, root, 'pyproject.toml')) && (await describesProject(tree, root))
        ? 'pyproject.toml'
        : undefined)
    const script = list === undefined ? await findFile(tree, root, scripts) : undefined
    const sign = list ?? script
    if (sign === undefined) return undefined
    const dependencies = await pythonDependencies(tree, root)
    const { why: rangeWhy, ...range } = await pythonRange(tree, root)
    const install = await pythonInstall(tree, root)
    const serving = await pythonServing({ tree, root, dependencies })
    const found = {
      title: serving?.title ?? 'a Python app',
      runtimes: [{ kind: 'python' as const, ...range }],
      build: install.steps,
      problems: [],
      isWeak: list === undefined,
    }
    const why = [`${join(root, sign)} makes it a Python app.`, rangeWhy, ...install.why]
    if (serving === undefined) return { ...found, why, question: nothingStarts }
    if ('question' in serving) return { ...found, why: [...why, ...serving.why], question: serving.question }
    const commands = [...serving.install.map((one) => `uv pip install '${one}'`), ...serving.prepare]
    return {
      ...found,
      run: serving.run,
      runBuild: commands.map((command) => ({ root, command })),
      why: [...why, ...serving.why],
    }
  },
}

const nothingStarts = {
  why: `It names no framework that is known (Django, Flask, FastAPI and others), and there is no ${scripts.join(', ')}.`,
  todo: 'Add a Procfile with web: <command>, which listens on $PORT.',
}
