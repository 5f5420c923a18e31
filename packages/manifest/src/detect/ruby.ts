import { join, readText } from '../tree.ts'
import type { Detector } from './detection.ts'
import { findLine, hasFile, matchLine } from './find-file.ts'
import { namedVersion, toolFiles, versionLine } from './named-version.ts'

const rubyRangeDefault = '>= 3.2'
const files = [
  versionLine('.ruby-version', /^\s*(?:ruby-)?(\d\S*)/),
  versionLine('Gemfile', /^\s*ruby\s+["']([^"']+)["']/),
  versionLine('Gemfile.lock', /^\s+ruby (\d[\d.]*)/),
  ...toolFiles('ruby'),
]

/** A folder with a Gemfile: Rails, or what its config.ru makes of Rack, as Sinatra. */
export const ruby: Detector = {
  name: 'ruby',
  programs: [
    {
      names: ['ruby', 'bundle', 'rails', 'rackup', 'puma'],
      runtime: { kind: 'ruby', range: rubyRangeDefault },
    },
  ],
  async detect(tree, root) {
    const file = join(root, 'Gemfile')
    const text = await readText(tree, file)
    if (text === undefined) return undefined
    const version = await namedVersion(tree, root, files)
    const gem = (name: string) => matchLine(file, text, new RegExp(`^\\s*gem\\s+["']${name}["']`))
    const rails = gem('rails')
    const sinatra = gem('sinatra')
    const title = rails ? 'a Rails app' : sinatra ? 'a Sinatra app' : 'a Ruby app'
    // bundler writes its settings into the folder, where the host's bundler finds them too.
    const isLocked = await hasFile(tree, root, 'Gemfile.lock')
    const install = [
      'bundle config set --local path vendor/bundle',
      'bundle config set --local without development:test',
      ...(isLocked ? ['bundle config set --local frozen true'] : []),
      'bundle install',
    ].join(' && ')
    const found = {
      title,
      runtimes: [
        {
          kind: 'ruby' as const,
          range: version?.version ?? rubyRangeDefault,
          isNamed: version !== undefined,
        },
      ],
      build: [{ root, command: install }],
      problems: [],
    }
    const why = [
      `${rails?.at ?? sinatra?.at ?? file} makes it ${title}.`,
      version
        ? `${version.at} asks for Ruby ${version.version}.`
        : `No file names a version of Ruby: ${rubyRangeDefault} is taken.`,
      isLocked
        ? `${file}.lock is there: bundler installs exactly what it locks.`
        : 'It has no Gemfile.lock: bundler takes the newest versions that the Gemfile allows.',
    ]
    if (rails) {
      const assets = gem('(?:sprockets-rails|propshaft|jsbundling-rails|cssbundling-rails|tailwindcss-rails)')
      const command = 'SECRET_KEY_BASE_DUMMY=1 RAILS_ENV=production bundle exec rails assets:precompile'
      return {
        ...found,
        run: 'bundle exec rails server -b 0.0.0.0 -p $PORT',
        runBuild: assets ? [{ root, command }] : [],
        why: [
          ...why,
          ...(assets ? [`${assets.at} makes its assets: they are built before.`] : []),
          'Migrations are not run by themselves: run them at the start of the web process where there are some.',
        ],
      }
    }
    if (await hasFile(tree, root, 'config.ru')) {
      const puma = gem('puma')
      const run = puma ? 'bundle exec puma -b tcp://0.0.0.0:$PORT' : 'bundle exec rackup -o 0.0.0.0 -p $PORT'
      return { ...found, run, why: [...why, `${join(root, 'config.ru')} is what Rack runs: ${run}.`] }
    }
    for (const script of ['app.rb', 'main.rb', 'server.rb']) {
      const classic = await findLine(tree, join(root, script), /^\s*require\s+["']sinatra["']/)
      if (classic)
        return {
          ...found,
          run: `bundle exec ruby ${script} -o 0.0.0.0 -p $PORT`,
          why: [...why, `${classic.at} makes a server of itself: it is run by Ruby.`],
        }
    }
    return { ...found, why, question: nothingStarts }
  },
}

const nothingStarts = {
  why: 'The Gemfile has no rails, and there is neither a config.ru nor an app.rb that requires sinatra.',
  todo: 'Add a config.ru, or a Procfile with web: <command>.',
}
