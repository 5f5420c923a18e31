import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appPlanSchema } from '../app-plan.ts'
import { plan } from '../plan.ts'
import { treeOf } from '../tree.ts'
import { detect } from './detect.ts'

type Files = Record<string, string>
type Expected = {
  title: string
  runtimes: string[]
  /** Commands of the build, in order; left out where they are of no interest. */
  build?: string[]
  run?: string
  publish?: string
  /** Parts of sentences that say where something was read. */
  why?: string[]
  question?: RegExp
}

const json = (value: object) => JSON.stringify(value, undefined, 1)
const package_ = (dependencies: string[], more: object = {}) =>
  json({
    scripts: { build: 'make' },
    ...more,
    dependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])),
  })
const npm = 'npm install --include=dev --no-audit --no-fund'
const venv = 'uv venv --allow-existing --python python3 .venv'
const gunicorn = "uv pip install 'gunicorn>=23,<24'"
const uvicorn = "uv pip install 'uvicorn>=0.30,<1'"

const cases: [string, Files, Expected][] = [
  [
    'Flask of pip: its object is found, and a server is installed beside it',
    {
      'requirements.txt': '# web\nFlask>=3\n',
      'main.py': 'import os\nfrom flask import Flask\nweb = Flask(__name__)\n',
    },
    {
      title: 'a Flask app',
      runtimes: ['python >=3.11'],
      build: [venv, 'uv pip install -r requirements.txt', gunicorn],
      run: 'gunicorn --bind 0.0.0.0:$PORT main:web',
      why: ['requirements.txt:2 makes it a Flask app', 'main.py:3', 'No file names a version of Python'],
    },
  ],
  [
    'Flask with a factory in a package, and gunicorn of its own',
    {
      'requirements.txt': '-r requirements/base.txt\ngunicorn==23.0.0',
      'requirements/base.txt': 'flask[async]~=3.0 ; python_version > "3.9"',
      'shop/__init__.py': 'from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n',
      'runtime.txt': 'python-3.12.4\n',
    },
    {
      title: 'a Flask app',
      runtimes: ['python ==3.12.*'],
      build: [venv, 'uv pip install -r requirements.txt'],
      run: "gunicorn --bind 0.0.0.0:$PORT 'shop:create_app()'",
      why: ['requirements/base.txt:1', 'shop/__init__.py:3', 'runtime.txt:1'],
    },
  ],
  [
    'Flask without an object that is found',
    { 'requirements.txt': 'flask', 'web/deep/er.py': '' },
    { title: 'a Flask app', runtimes: ['python >=3.11'], question: /No app = Flask/ },
  ],
  [
    'FastAPI of uv: what is locked is installed, standard brings its server',
    {
      'pyproject.toml':
        '[project]\nname = "a"\nrequires-python = ">=3.12,<4"\ndependencies = [\n  "httpx",\n  "fastapi[standard]>=0.115",\n]\n',
      'uv.lock': 'version = 1\n',
      'src/api.py': 'from fastapi import FastAPI\napp: FastAPI = FastAPI(title="x")\n',
    },
    {
      title: 'a FastAPI app',
      runtimes: ['python >=3.12,<4'],
      build: [venv, 'uv sync --frozen --no-dev --no-editable --python python3'],
      run: 'uvicorn --host 0.0.0.0 --port $PORT --app-dir src api:app',
      why: ['pyproject.toml:6 makes it a FastAPI app', 'pyproject.toml:3 asks for Python', 'src/api.py:2'],
    },
  ],
  [
    'FastAPI of Pipenv, with a factory',
    {
      Pipfile: '[packages]\nfastapi = "*"\n\n[requires]\npython_version = "3.11"\n',
      'Pipfile.lock': '{}',
      'app/main.py': 'from fastapi import FastAPI\ndef create_app() -> FastAPI:\n  return FastAPI()\n',
    },
    {
      title: 'a FastAPI app',
      runtimes: ['python ==3.11.*'],
      build: [
        venv,
        'uv tool run pipenv requirements > .venv/pipenv.txt && uv pip install -r .venv/pipenv.txt',
        uvicorn,
      ],
      run: 'uvicorn --host 0.0.0.0 --port $PORT --factory app.main:create_app',
    },
  ],
  [
    'Django of Poetry: settings name the application, static files are collected',
    {
      'pyproject.toml':
        '[tool.poetry.dependencies]\npython = "~3.12"\nDjango = {version = "^5", extras = ["argon2"]}\ngunicorn = "*"\n',
      'poetry.lock': '',
      'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
      'shop/wsgi.py': '',
      'shop/settings/base.py': 'STATIC_URL = "s/"\nSTATIC_ROOT = "static"\n',
    },
    {
      title: 'a Django app',
      runtimes: ['python >=3.12,==3.12.*'],
      build: [
        venv,
        'uv tool run --with poetry-plugin-export --from "poetry>=2,<3" poetry export --only main --output .venv/poetry.txt && uv pip install -r .venv/poetry.txt',
        '.venv/bin/python manage.py collectstatic --noinput',
      ],
      run: 'gunicorn --bind 0.0.0.0:$PORT shop.wsgi:application',
      why: ['pyproject.toml:3 makes it a Django app', 'manage.py:2', 'shop/settings/base.py:2', 'Migrations'],
    },
  ],
  [
    'Django that has only an asynchronous application',
    {
      'manage.py': "s('DJANGO_SETTINGS_MODULE', 'shop.settings')",
      'requirements.txt': 'django\nuvicorn',
      'shop/asgi.py': '',
    },
    {
      title: 'a Django app',
      runtimes: ['python >=3.11'],
      run: 'uvicorn --host 0.0.0.0 --port $PORT shop.asgi:application',
    },
  ],
  [
    'a script of Python that names nothing',
    { 'main.py': '', '.tool-versions': 'nodejs 22.1.0\npython 3.13.1 # new\n' },
    {
      title: 'a Python app',
      runtimes: ['python ==3.13.*'],
      build: [venv],
      run: 'python main.py',
      why: ['main.py makes it a Python app', '.tool-versions:2 asks for Python 3.13.1'],
    },
  ],
  [
    'Python that is no app of a known kind',
    { 'setup.py': '' },
    {
      title: 'a Python app',
      runtimes: ['python >=3.11'],
      build: [venv, 'uv pip install .'],
      question: /no framework/,
    },
  ],
  [
    'a member of a workspace of uv, by root',
    {
      'uv.lock': '',
      'api/pyproject.toml': '[project]\ndependencies = ["flask", "gunicorn"]',
      'api/app.py': 'app = Flask("x")',
      '.python-version': '3.12',
    },
    {
      title: 'a Flask app',
      runtimes: ['python ==3.12.*'],
      build: [
        venv,
        'UV_PROJECT_ENVIRONMENT="$PWD/.venv" uv sync --frozen --no-dev --no-editable --python python3',
      ],
      run: 'gunicorn --bind 0.0.0.0:$PORT app:app',
      why: ['uv.lock is there', 'api/pyproject.toml:2', '.python-version:1', 'api/app.py:1'],
    },
  ],
  [
    'Go with its main package in cmd',
    {
      'go.mod': 'module a\n\ngo 1.22\ntoolchain go1.23.4\nrequire github.com/gin-gonic/gin v1',
      'a.go': 'package a',
      'cmd/web/main.go': '// x\npackage main',
      'cmd/web/main_test.go': 'package main',
    },
    {
      title: 'a Gin app',
      runtimes: ['go 1.23.4'],
      build: ['CGO_ENABLED=0 go build -trimpath -o bin/app ./cmd/web'],
      run: './bin/app',
      why: ['go.mod:4 asks for Go 1.23.4', 'cmd/web/main.go:2'],
    },
  ],
  [
    'Go that needs C',
    { 'go.mod': 'module a\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.0\n)', 'main.go': 'package main' },
    {
      title: 'a Go app',
      runtimes: ['go 1.22'],
      build: ['CGO_ENABLED=1 go build -trimpath -o bin/app .'],
      run: './bin/app',
      why: ['go.mod:3'],
    },
  ],
  [
    'Go with two main packages',
    { 'go.mod': 'module a\ngo 1.24', 'cmd/a/a.go': 'package main', 'cmd/b/b.go': 'package main' },
    { title: 'a Go app', runtimes: ['go 1.24'], question: /several main packages: \.\/cmd\/a, \.\/cmd\/b/ },
  ],
  [
    'Rails: its assets are built before',
    {
      Gemfile: "source 'x'\nruby '3.3.1'\ngem 'rails', '~> 8'\ngem 'propshaft'\n",
      'Gemfile.lock': '',
      'config.ru': '',
    },
    {
      title: 'a Rails app',
      runtimes: ['ruby 3.3.1'],
      run: 'bundle exec rails server -b 0.0.0.0 -p $PORT',
      why: ['Gemfile:3 makes it a Rails app', 'Gemfile:2 asks for Ruby 3.3.1', 'Gemfile:4'],
    },
  ],
  [
    'Sinatra by its config.ru, with Puma',
    { Gemfile: 'gem "sinatra"\ngem "puma"', 'config.ru': '', '.ruby-version': 'ruby-3.4.1' },
    { title: 'a Sinatra app', runtimes: ['ruby 3.4.1'], run: 'bundle exec puma -b tcp://0.0.0.0:$PORT' },
  ],
  [
    'a classic Sinatra script',
    { Gemfile: 'gem "sinatra"', 'app.rb': "require 'sinatra'\nget('/') { 'x' }" },
    {
      title: 'a Sinatra app',
      runtimes: ['ruby >= 3.2'],
      run: 'bundle exec ruby app.rb -o 0.0.0.0 -p $PORT',
      why: ['app.rb:1'],
    },
  ],
  [
    'Ruby without a server',
    { Gemfile: '' },
    { title: 'a Ruby app', runtimes: ['ruby >= 3.2'], question: /config\.ru/ },
  ],
  [
    'Laravel beside Vite: what Vite builds comes first',
    {
      'composer.json': '{\n "require": {\n  "php": "^8.3",\n  "laravel/framework": "^12"\n }\n}',
      'public/index.php': '',
      'package.json': package_(['vite'], { scripts: { dev: 'vite', build: 'vite build' } }),
    },
    {
      title: 'a Laravel app',
      runtimes: ['php ^8.3', 'node 24'],
      build: [
        npm,
        'npm run build',
        'composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader',
      ],
      run: 'PHP_CLI_SERVER_WORKERS=4 php artisan serve --no-reload --host=0.0.0.0 --port=$PORT',
      why: [
        'composer.json:4 makes it a Laravel app',
        'composer.json:3 asks for PHP',
        'a part of a Laravel app',
      ],
    },
  ],
  [
    'a site beside an app that does not say how it starts',
    { 'requirements.txt': 'flask', 'package.json': package_(['vite']) },
    { title: 'a Flask app', runtimes: ['python >=3.11', 'node 24'], question: /No app = Flask/ },
  ],
  [
    'plain PHP',
    { 'index.php': '<?php' },
    {
      title: 'a PHP app',
      runtimes: ['php >=8.2'],
      build: [],
      run: 'PHP_CLI_SERVER_WORKERS=4 php -S 0.0.0.0:$PORT -t .',
    },
  ],
  [
    'Spring Boot of Maven: its own jar, not that of its parent',
    {
      'pom.xml':
        '<project>\n<parent><artifactId>spring-boot-starter-parent</artifactId><version>3.5.0</version></parent>\n<artifactId>shop</artifactId>\n<version>1.2</version>\n<properties><java.version>17</java.version></properties>\n<build><plugins><plugin>\n<artifactId>spring-boot-maven-plugin</artifactId>\n</plugin></plugins></build></project>',
      mvnw: '',
    },
    {
      title: 'a Spring Boot app',
      runtimes: ['java 17'],
      build: ['sh ./mvnw --batch-mode --no-transfer-progress -DskipTests package'],
      run: 'java -jar target/shop-1.2.jar --server.port=$PORT',
      why: ['pom.xml:7 makes it a Spring Boot app', 'pom.xml:5 asks for Java 17'],
    },
  ],
  [
    'Spring Boot of Gradle',
    {
      'build.gradle.kts':
        'plugins {\n  id("org.springframework.boot") version "3"\n}\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }',
    },
    {
      title: 'a Spring Boot app',
      runtimes: ['java 21'],
      build: ['gradle --no-daemon --console=plain bootJar'],
      run: 'java -jar build/libs/*.jar --server.port=$PORT',
      why: ['build.gradle.kts:2', 'build.gradle.kts:4 asks for Java 21'],
    },
  ],
  [
    'a program of Gradle',
    {
      'build.gradle': "plugins {\n id 'application'\n}",
      'settings.gradle': "rootProject.name = 'shop'",
      gradlew: '',
      '.java-version': '1.8',
    },
    {
      title: 'a Java app',
      runtimes: ['java 8'],
      run: './build/install/shop/bin/shop',
      why: ['settings.gradle:1'],
    },
  ],
  [
    'Java that makes a library',
    { 'pom.xml': '<project/>' },
    { title: 'a Java app', runtimes: ['java 17'], question: /mainClass/ },
  ],
  [
    'Rust: its one executable is installed into bin',
    {
      'Cargo.toml': '[package]\nname = "shop"\n',
      'Cargo.lock': '',
      'src/main.rs': '',
      'rust-toolchain.toml': '[toolchain]\nchannel = "1.83"',
    },
    {
      title: 'a Rust app',
      runtimes: ['rust 1.83'],
      build: ['CARGO_TARGET_DIR="$HOME/cargo-target" cargo install --path . --root . --bin shop --locked'],
      run: './bin/shop',
      why: ['Cargo.toml:2', 'rust-toolchain.toml:2 asks for Rust 1.83'],
    },
  ],
  [
    'Rust with two executables',
    { 'Cargo.toml': '[package]\nname = "shop"\n', 'src/main.rs': '', 'src/bin/job.rs': '' },
    { title: 'a Rust app', runtimes: ['rust stable'], question: /several executables: shop, job/ },
  ],
  [
    'Deno by its start task, with comments in its file',
    {
      'deno.jsonc': '{\n // fast\n "tasks": {\n  "start": "deno run -A main.ts", /* x */\n },\n}',
      '.deno-version': 'v2.1.4',
    },
    {
      title: 'a Deno app',
      runtimes: ['deno 2.1.4'],
      run: 'DENO_DIR=.deno deno task start',
      why: ['deno.jsonc:4', '.deno-version:1'],
    },
  ],
  [
    'Deno by its file',
    { 'deno.json': '{}', 'src/main.ts': '' },
    {
      title: 'a Deno app',
      runtimes: ['deno 2'],
      build: ['DENO_DIR=.deno deno install --entrypoint src/main.ts'],
      run: 'DENO_DIR=.deno deno run --allow-all --cached-only src/main.ts',
    },
  ],
  [
    'Deno without a start',
    { 'deno.json': '{' },
    { title: 'a Deno app', runtimes: ['deno 2'], question: /no start task/ },
  ],
  [
    'Next: without a start script its own server runs it',
    { 'package.json': package_(['next'], { engines: { node: '22.x' } }) },
    {
      title: 'a Next.js app',
      runtimes: ['node 22.x'],
      build: [npm, 'npm run build'],
      run: 'next start',
      why: ['package.json:9 makes it a Next.js app', 'package.json:6 asks for Node 22.x'],
    },
  ],
  [
    'Next that is exported is a site',
    { 'package.json': package_(['next']), 'next.config.mjs': 'export default {\n output: "export" }' },
    { title: 'a Next.js app', runtimes: ['node 24'], publish: 'out', why: ['next.config.mjs:2'] },
  ],
  [
    'Nuxt',
    { 'package.json': package_(['nuxt']) },
    { title: 'a Nuxt app', runtimes: ['node 24'], run: 'node .output/server/index.mjs' },
  ],
  [
    'React Router with its server',
    { 'package.json': package_(['@react-router/dev', '@react-router/serve', 'vite']) },
    { title: 'a React Router app', runtimes: ['node 24'], run: 'react-router-serve ./build/server/index.js' },
  ],
  [
    'React Router without a server',
    { 'package.json': package_(['@react-router/dev']) },
    { title: 'a React Router app', runtimes: ['node 24'], question: /renders on a server/ },
  ],
  [
    'React Router that is a site',
    {
      'package.json': package_(['@react-router/dev']),
      'react-router.config.ts': 'export default { ssr: false }',
    },
    { title: 'a React Router app', runtimes: ['node 24'], publish: 'build/client' },
  ],
  [
    'Remix',
    { 'package.json': package_(['@remix-run/dev', '@remix-run/serve']) },
    { title: 'a Remix app', runtimes: ['node 24'], run: 'remix-serve ./build/server/index.js' },
  ],
  [
    'SvelteKit on Node',
    { 'package.json': package_(['@sveltejs/kit', '@sveltejs/adapter-node', 'vite']) },
    { title: 'a SvelteKit app', runtimes: ['node 24'], run: 'node build' },
  ],
  [
    'SvelteKit as a site',
    { 'package.json': package_(['@sveltejs/kit', '@sveltejs/adapter-static']) },
    { title: 'a SvelteKit app', runtimes: ['node 24'], publish: 'build' },
  ],
  [
    'SvelteKit that does not know where it runs',
    { 'package.json': package_(['@sveltejs/kit', '@sveltejs/adapter-auto']) },
    { title: 'a SvelteKit app', runtimes: ['node 24'], question: /adapter/ },
  ],
  [
    'Astro as a site',
    { 'package.json': package_(['astro']) },
    { title: 'an Astro site', runtimes: ['node 24'], publish: 'dist' },
  ],
  [
    'Astro with a server',
    { 'package.json': package_(['astro', '@astrojs/node']) },
    { title: 'an Astro site', runtimes: ['node 24'], run: 'HOST=0.0.0.0 node ./dist/server/entry.mjs' },
  ],
  [
    'Nest',
    { 'package.json': package_(['@nestjs/core', 'express']) },
    { title: 'a Nest app', runtimes: ['node 24'], run: 'node dist/main' },
  ],
  [
    'Angular',
    { 'package.json': package_(['@angular/core']), 'angular.json': '{ "projects": { "shop": {} } }' },
    { title: 'an Angular app', runtimes: ['node 24'], publish: 'dist/shop/browser' },
  ],
  [
    'Vite whose start script is for developing, with a folder of its own',
    {
      'package.json': package_(['vite'], { scripts: { start: 'vite --host', build: 'vite build' } }),
      'vite.config.ts': "build: {\n  outDir: 'www' }",
    },
    {
      title: 'a Vite site',
      runtimes: ['node 24'],
      publish: 'www',
      why: ['package.json:3 is for developing', 'vite.config.ts:2'],
    },
  ],
  [
    'Vite whose folder is computed',
    { 'package.json': package_(['vite']), 'vite.config.js': 'outDir: process.env.OUT' },
    { title: 'a Vite site', runtimes: ['node 24'], question: /vite\.config\.js:1/ },
  ],
  [
    'a site without a build script',
    { 'package.json': package_(['vite'], { scripts: {} }) },
    { title: 'a Vite site', runtimes: ['node 24'], question: /no build script/ },
  ],
  [
    'Fastify by its file, beside Vite',
    { 'package.json': package_(['fastify', 'vite']), 'server.js': '' },
    { title: 'a Fastify app', runtimes: ['node 24'], run: 'node server.js' },
  ],
  [
    'Hono on Bun',
    {
      'package.json': package_(['hono'], {
        scripts: { start: 'bun run src/index.ts' },
        engines: { bun: '1.2' },
      }),
      'bun.lock': '',
    },
    {
      title: 'a Hono app',
      runtimes: ['node 24', 'bun 1.2'],
      build: ['npx -y bun@1 install --frozen-lockfile'],
      run: 'bun run src/index.ts',
    },
  ],
  [
    'of two lock files the one of packageManager counts, and the other is told',
    {
      'package.json': package_(['express'], { main: 'a.js', packageManager: 'pnpm@9.1.0' }),
      'a.js': '',
      'package-lock.json': '',
      'pnpm-lock.yaml': '',
    },
    {
      title: 'an Express app',
      runtimes: ['node 24'],
      build: ['npx -y pnpm@9.1.0 install --frozen-lockfile --prod=false', 'npm run build'],
      run: 'node a.js',
      why: ['package-lock.json is there too and not read'],
    },
  ],
  [
    'the version of Node by its name',
    { 'server.js': '', 'package.json': '{}', '.nvmrc': 'lts/iron\n' },
    { title: 'a Node app', runtimes: ['node 20'], run: 'node server.js', why: ['.nvmrc:1'] },
  ],
  [
    'a version of Node that is none is told',
    { 'server.js': '', 'package.json': '{}', '.nvmrc': 'latest\n' },
    {
      title: 'a Node app',
      runtimes: ['node 24'],
      run: 'node server.js',
      why: ['.nvmrc:1 says “latest”, which is no version'],
    },
  ],
  [
    'the version of Node by mise',
    { 'server.js': '', 'package.json': '{}', 'mise.toml': '[tools]\nnode = ["22", "20"]' },
    { title: 'a Node app', runtimes: ['node 22'], run: 'node server.js', why: ['mise.toml:2'] },
  ],
  [
    'settings of tools in pyproject.toml, a Rakefile and an editor’s deno.json make no other app of Node',
    {
      'package.json': json({ scripts: { start: 'node a.js' } }),
      'pyproject.toml': '[tool.ruff]\nline-length = 100',
      'deno.json': '{"tasks":{"start":"x"}}',
      'main.py': '',
    },
    { title: 'a Node app', runtimes: ['node 24'], run: 'node a.js' },
  ],
]

/** Those of a workspace lie in a folder of it; all others in the root. */
const rootOf = (files: Files) => ('api/pyproject.toml' in files ? 'api' : '')

test.each(cases)('%s', async (_, files, expected) => {
  const root = rootOf(files)
  const found = await detect(treeOf(files), root)
  const { title, run, publish } = found ?? {}
  const runtimes = found?.runtimes.map(({ kind, range }) => `${kind} ${range}`)
  expect({ title, runtimes, run, publish, problems: found?.problems }).toEqual({
    title: expected.title,
    runtimes: expected.runtimes,
    run: expected.run,
    publish: expected.publish,
    problems: [],
  })
  const steps = [...(found?.build ?? []), ...(found?.runBuild ?? [])]
  if (expected.build) expect(steps.map(({ command }) => command)).toEqual(expected.build)
  const said = found?.why.join('\n')
  for (const part of expected.why ?? []) expect(said).toContain(part)
  expect(found?.question?.why ?? '').toMatch(expected.question ?? /^$/)
})

const codesOf = async (files: Files) => {
  const result = await plan(treeOf(files))
  return result.ok ? [] : result.problems.map(({ code }) => code)
}

test('two languages that can both run are a question, not a guess; manifest and Procfile answer it', async () => {
  const files = {
    'requirements.txt': 'fastapi',
    'main.py': 'app = FastAPI()',
    'package.json': json({ scripts: { start: 'next start' }, dependencies: { next: '16' } }),
  }
  expect(await codesOf(files)).toEqual(['manifest-two-kinds'])
  const manifest = 'services: { web: { run: npm start } }'
  const both = await plan(treeOf({ ...files, Procfile: 'web: npm start' }))
  expect(both.ok && both.plan).toMatchObject({
    build: [venv, 'uv pip install -r requirements.txt', npm],
    runtimes: [{ kind: 'python' }, { kind: 'node' }],
  })
  expect(await codesOf({ ...files, 'slipway.yaml': manifest })).toEqual([])
})

test('services of several languages are one release with one of each runtime', async () => {
  const files = {
    'slipway.yaml':
      'services:\n  web: { root: web }\n  api: { root: api, health: /up }\n  jobs: { root: jobs, run: python work.py }',
    'web/package.json': json({ scripts: { start: 'node a.js' }, engines: { node: '22' } }),
    'api/requirements.txt': 'flask\ngunicorn',
    'api/app.py': 'app = Flask(__name__)',
    'jobs/work.py': '',
    '.python-version': '3.12',
  }
  const result = await plan(treeOf(files))
  expect(result.ok && result.plan).toMatchObject({
    runtimes: [
      { kind: 'node', range: '22' },
      { kind: 'python', range: '==3.12.*' },
    ],
    build: [`cd api && ${venv}`, 'cd api && uv pip install -r requirements.txt'],
  })
})

test('two services that name different versions of one language are refused', async () => {
  const files = {
    'slipway.yaml': 'services:\n  web: { root: a }\n  api: { root: b }',
    'a/package.json': json({ scripts: { start: 'node a.js' }, engines: { node: '22' } }),
    'b/package.json': json({ scripts: { start: 'node a.js' }, engines: { node: '24' } }),
  }
  expect(await codesOf(files)).toEqual(['manifest-two-runtimes'])
})

test('who says how it is run gets no server installed beside it', async () => {
  const files = { 'requirements.txt': 'flask', 'app.py': 'app = Flask(__name__)' }
  const build = async (more: Files) => {
    const result = await plan(treeOf({ ...files, ...more }))
    return result.ok && result.plan.build
  }
  expect(await build({})).toContain(gunicorn)
  expect(await build({ Procfile: 'web: waitress-serve app:app' })).not.toContain(gunicorn)
})

/** Names that detectors look for, and content that is right, half right, and nothing. */
const names = [
  ...new Set(cases.flatMap(([, files]) => Object.keys(files))),
  'cmd',
  'src',
  'index.html',
  'Procfile',
]
const contents = [...new Set(cases.flatMap(([, files]) => Object.values(files))), '', '{', '[', '\u0000']
const trees = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(
    fc.constantFrom(...contents),
    fc.string(),
    fc.tuple(fc.constantFrom(...contents), fc.nat(60)).map(([text, end]) => text.slice(0, end)),
  ),
  { maxKeys: 8, noNullPrototype: true },
)

test('any tree is either planned, or refused with what to do; never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (files) => {
      const result = await plan(treeOf(files))
      if (result.ok) appPlanSchema.parse(result.plan)
      else expect(result.problems.every(({ what, todo }) => what !== '' && todo !== '')).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('the order in which files were added changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (files) => {
      const turned = Object.fromEntries(Object.entries(files).reverse())
      expect(await detect(treeOf(turned))).toEqual(await detect(treeOf(files)))
    }),
    { numRuns: 500 },
  )
})
