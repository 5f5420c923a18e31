import { execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { create, extract } from 'tar'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { homeOf } from '../../home.ts'
import { agentFolder } from '../../testing/running-agent.ts'
import { provideRuntimes } from './provide-runtimes.ts'
import { findProgram } from './run-tool.ts'
import type { Runtime } from './runtime.ts'

let root: string
let request: Parameters<typeof provideRuntimes>[1]
const said: string[] = []
const has = (program: string) => findProgram(program, process.env.PATH ?? '') !== undefined
const hasPackages = has('apt-get') || has('dnf')
/** The same switch as that of the examples: with it also what takes long to fetch or to pack. */
const areAllAsked = process.env.EXAMPLES === 'all'

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-runtimes-'))
  const at = { kind: 'runner' as const, endpoint: 'ws://127.0.0.1:9', awsEndpoint: 'http://127.0.0.1:9' }
  const { env, file } = await agentFolder(path.join(root, 'agent'), { ...at, bucket: 'none' })
  const { PATH, HOME, SLIPWAY_HOME = '', ...network } = env
  const home = homeOf(SLIPWAY_HOME)
  mkdirSync(home.cache('home'), { recursive: true })
  const config = {
    home: SLIPWAY_HOME,
    host: file,
    awsEndpoint: undefined,
    datadogEndpoint: undefined,
    path: PATH ?? '',
    network,
    metadataEndpoint: '',
    gateAddress: undefined,
  }
  request = { config, home, say: (line) => said.push(line), signal: AbortSignal.timeout(900_000) }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function environmentOf(runtimes: Runtime[], folder: string): Record<string, string> {
  const programs = runtimes.flatMap(({ binFolders }) => binFolders)
  return {
    ...request.config.network,
    ...Object.assign({}, ...runtimes.map(({ variables }) => variables)),
    HOME: request.home.cache('home'),
    PATH: [path.join(folder, '.venv/bin'), ...programs, request.config.path].join(':'),
  }
}

/** Builds in one folder, packs as a runner does, and unpacks as a host does in another; the first is gone then. */
async function moved(runtimes: Runtime[], files: Record<string, string>, commands: string[]) {
  const source = mkdtempSync(path.join(root, 'source-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(source, name)), { recursive: true })
    writeFileSync(path.join(source, name), text)
  }
  for (const command of commands)
    execFileSync('/bin/sh', ['-c', command], { cwd: source, env: environmentOf(runtimes, source) })
  for (const { finish } of runtimes) await finish?.(source)
  const own = path.join(root, 'own.tar.gz')
  await create({ cwd: source, file: own, gzip: true, portable: true }, ['.'])
  const release = mkdtempSync(path.join(root, 'release-'))
  const archives = [...runtimes.flatMap(({ carried }) => carried?.archive ?? []), own]
  const whole = path.join(root, 'release.tar.gz')
  writeFileSync(whole, Buffer.concat(archives.map((file) => readFileSync(file))))
  const unpack = extract({ cwd: release, noChmod: true, preserveOwner: false })
  await pipeline(createReadStream(whole), createGunzip(), unpack)
  rmSync(source, { recursive: true })
  return {
    run(command: string): string {
      return execFileSync('/bin/sh', ['-c', command], {
        cwd: release,
        encoding: 'utf8',
        env: {
          PATH: `${release}/.venv/bin:${release}/.slipway/runtime/bin:/usr/bin:/bin`,
          LD_LIBRARY_PATH: `${release}/.slipway/runtime/lib`,
        },
      }).trim()
    },
    release,
  }
}

it('Python comes with a release: packages, their programs and the interpreter work in another folder', async () => {
  const runtimes = await provideRuntimes([{ kind: 'python', range: '>=3.10' }], request)
  const { run, release } = await moved(runtimes, { 'requirements.txt': 'flask>=3,<4\n' }, [
    'uv venv --python python3 .venv',
    'uv pip install -r requirements.txt',
  ])
  expect(run('flask --version')).toContain('Flask 3')
  const where = 'import sys, flask, ssl, sqlite3; print(flask.__file__, sys.base_prefix, sys.prefix)'
  expect(run(`python -c '${where}'`)).toMatch(
    new RegExp(`^${release}/.venv/lib/\\S+ ${release}/.slipway/runtime ${release}/.venv$`),
  )
})

it('a package of the checkout itself is found where the release lies', async () => {
  const runtimes = await provideRuntimes([{ kind: 'python', range: '>=3.10' }], request)
  const project =
    '[project]\nname = "shop"\nversion = "1"\n[project.scripts]\nshop = "shop:main"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
  const files = { 'pyproject.toml': project, 'src/shop/__init__.py': 'def main():\n  print("open")\n' }
  const { run } = await moved(runtimes, files, ['uv venv --python python3 .venv', 'uv pip install -e .'])
  expect(run('shop')).toBe('open')
})

it('a Python that neither the runner has nor uv can get is told with what to do', async () => {
  await expect(provideRuntimes([{ kind: 'python', range: '==2.6.*' }], request)).rejects.toMatchObject({
    fields: { code: 'build-no-runtime', what: expect.stringContaining('Python ==2.6.*') },
  })
})

it.runIf(areAllAsked)(
  'Deno comes from the npm registry in the newest version of the range, once',
  async () => {
    const [first] = await provideRuntimes([{ kind: 'deno', range: '2' }], request)
    const count = said.length
    const again = await provideRuntimes([{ kind: 'deno', range: '2' }], request)
    expect(again.map(({ name }) => name)).toEqual([first?.name])
    expect(said.length).toBe(count)
    const { run } = await moved(again, { 'main.ts': 'const word: string = "typed"; console.log(word)' }, [])
    expect(run('deno run main.ts')).toBe('typed')
  },
)

it.runIf(areAllAsked && has('jlink'))('Java comes with a release', async () => {
  const runtimes = await provideRuntimes([{ kind: 'java', range: '17' }], request)
  const files = {
    'Main.java': 'class Main { public static void main(String[] a) { System.out.println("runs"); } }',
  }
  const { run } = await moved(runtimes, files, ['javac Main.java'])
  expect(run('java -cp . Main')).toBe('runs')
  await expect(provideRuntimes([{ kind: 'java', range: '99' }], request)).rejects.toMatchObject({
    fields: { code: 'build-no-runtime' },
  })
})

it.skipIf(!has('go'))('Go builds, and nothing of it is carried', async () => {
  const runtimes = await provideRuntimes([{ kind: 'go', range: '1.22' }], request)
  expect(runtimes.flatMap(({ carried }) => carried ?? [])).toEqual([])
  const files = {
    'go.mod': 'module example.com/a\n\ngo 1.22\n',
    'main.go': 'package main\n\nfunc main() { println("runs") }\n',
  }
  const { run } = await moved(runtimes, files, ['CGO_ENABLED=0 go build -o bin/app .'])
  expect(run('./bin/app 2>&1')).toBe('runs')
})

it('Node of another line than the runner’s comes from the npm registry', async () => {
  const runtimes = await provideRuntimes([{ kind: 'node', range: '22' }], request)
  expect(runtimes.map(({ name }) => name)).toEqual([expect.stringMatching(/^Node 22\./)])
  expect((await moved(runtimes, {}, [])).run('node -p process.versions.node')).toMatch(/^22\./)
})

it('two runtimes lie beside each other in one release', async () => {
  const runtimes = await provideRuntimes(
    [
      { kind: 'node', range: '>=24' },
      { kind: 'python', range: '>=3.10' },
    ],
    request,
  )
  const { run } = await moved(runtimes, {}, [])
  expect(run('node -p 1+1 && python3 -c "print(2+2)"')).toBe('2\n4')
})

it.runIf(areAllAsked && hasPackages)(
  'Ruby comes with a release: its library, bundler and gems work in another folder',
  async () => {
    const runtimes = await provideRuntimes([{ kind: 'ruby', range: '>= 3.1' }], request)
    const gem = 'Gem::Specification.new("json", "99.0") { |g| g.summary = "s"; g.authors = ["a"]'
    const files = {
      Gemfile: 'gem "json", "99.0"\n',
      'gem/json.gemspec': `${gem}; g.files = ["json.rb"]; g.require_paths = ["."]; g.executables = ["told"]; g.bindir = "." }`,
      'gem/json.rb': 'module JSON; def self.generate(value) = "newer than Ruby’s own"; end\n',
      'gem/told': 'require "json"; puts JSON.generate(1)',
    }
    const { run, release } = await moved(runtimes, files, [
      'cd gem && gem build --silent json.gemspec 2>&1 && mkdir -p ../vendor/cache && mv *.gem ../vendor/cache',
      'bundle config set --local path vendor/bundle && bundle install --local 2>&1',
    ])
    const loaded = 'require "yaml"; require "openssl"; puts Gem.ruby, $LOADED_FEATURES.grep(/^\\//)'
    const foreign = run(`ruby -e '${loaded}'`)
      .split('\n')
      .filter((file) => !file.startsWith(`${release}/.slipway/runtime/ruby/`))
    expect(foreign).toEqual([])
    expect(run('ruby -e "puts %x(ruby -v) == %x(#{Gem.ruby} -v)"')).toBe('true')
    expect(run('bundle exec ruby -e "require %(json); puts JSON.generate(1)"')).toBe('newer than Ruby’s own')
    expect(run('bundle exec told')).toBe('newer than Ruby’s own')
  },
)

it.runIf(areAllAsked && hasPackages && has('cc'))(
  'a gem with C code is made against the Ruby that comes along',
  async () => {
    const runtimes = await provideRuntimes([{ kind: 'ruby', range: '>= 3.1' }], request)
    const code = '#include <ruby.h>\nvoid Init_quick(void) { rb_define_global_const("QUICK", INT2FIX(7)); }\n'
    const files = { 'extconf.rb': 'require "mkmf"; create_makefile "quick"', 'quick.c': code }
    const { run } = await moved(runtimes, files, ['ruby extconf.rb && make 2>&1'])
    expect(run('ruby -I. -r quick -e "puts QUICK"')).toBe('7')
  },
)

it.runIf(hasPackages)(
  'PHP comes with a release: its modules and what composer installs work in another folder',
  async () => {
    const runtimes = await provideRuntimes([{ kind: 'php', range: '^8.1' }], request)
    const composer = {
      require: { 'example/greeter': '*' },
      repositories: [
        { 'packagist.org': false },
        { type: 'path', url: 'greeter', options: { symlink: false } },
      ],
    }
    const greeter = { name: 'example/greeter', version: '1.0', autoload: { 'psr-4': { 'Greeter\\': '' } } }
    const { run, release } = await moved(
      runtimes,
      {
        'composer.json': JSON.stringify(composer),
        'greeter/composer.json': JSON.stringify(greeter),
        'greeter/Word.php': '<?php namespace Greeter; class Word { const SAID = "hello"; }',
      },
      ['composer install --no-dev --no-interaction 2>&1'],
    )
    expect(run(`php -r 'require "vendor/autoload.php"; echo Greeter\\Word::SAID;'`)).toBe('hello')
    const places = 'echo PHP_BINARY, " ", php_ini_loaded_file(), " ", ini_get("extension_dir");'
    for (const place of run(`php -r '${places}'`).split(' '))
      expect(place).toMatch(new RegExp(`^${release}/.slipway/runtime/php/`))
    const modules = run('php -m 2>&1')
    expect(modules).not.toMatch(/Warning/)
    for (const module of ['curl', 'intl', 'mbstring', 'PDO', 'pdo_pgsql', 'SimpleXML', 'Zend OPcache'])
      expect(modules.split('\n')).toContain(module)
  },
)

it.runIf(hasPackages)('a version that this Linux has no packages of is told with those it has', async () => {
  await expect(provideRuntimes([{ kind: 'php', range: '^5.6' }], request)).rejects.toMatchObject({
    fields: {
      code: 'build-no-runtime',
      what: expect.stringContaining('PHP ^5.6'),
      details: [expect.stringMatching(/^Its Linux has PHP \d/)],
    },
  })
})

it('a language that no runner brings is told before anything is built', async () => {
  await expect(provideRuntimes([{ kind: 'elixir', range: '1' }], request)).rejects.toMatchObject({
    fields: { code: 'build-runtime-not-brought', what: expect.stringContaining('elixir') },
  })
})
