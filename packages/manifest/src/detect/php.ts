import { join, readText } from '../tree.ts'
import type { Detector } from './detection.ts'
import { findFile, matchLine } from './find-file.ts'
import { namedVersion, toolFiles, versionLine } from './named-version.ts'

const phpRangeDefault = '>=8.2'
const files = [
  versionLine('composer.json', /"php"\s*:\s*"([^"]+)"/),
  versionLine('.php-version', /^\s*(\d\S*)/),
  ...toolFiles('php'),
]
const composer = 'composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader'

/** A folder with a composer.json, or with an index.php. */
export const php: Detector = {
  name: 'php',
  programs: [{ names: ['php', 'composer'], runtime: { kind: 'php', range: phpRangeDefault } }],
  async detect(tree, root) {
    const file = join(root, 'composer.json')
    const text = await readText(tree, file)
    const page = await findFile(tree, root, ['public/index.php', 'web/index.php', 'index.php'])
    if (text === undefined && page === undefined) return undefined
    const version = await namedVersion(tree, root, files)
    const laravel = text === undefined ? undefined : matchLine(file, text, /"laravel\/framework"\s*:/)
    const title = laravel ? 'a Laravel app' : 'a PHP app'
    const found = {
      title,
      runtimes: [
        { kind: 'php' as const, range: version?.version ?? phpRangeDefault, isNamed: version !== undefined },
      ],
      build: text === undefined ? [] : [{ root, command: composer }],
      problems: [],
      isWeak: text === undefined,
    }
    const why = [
      `${laravel?.at ?? (text === undefined ? join(root, page ?? '') : file)} makes it ${title}.`,
      version
        ? `${version.at} asks for PHP ${version.version}.`
        : `No file names a version of PHP: ${phpRangeDefault} is taken.`,
      ...(text === undefined ? [] : [`${file} is there: composer installs what it names.`]),
    ]
    if (page === undefined) return { ...found, why, question: nothingServed }
    const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/')) : '.'
    // Without workers PHP's server answers one request at a time.
    const server = laravel
      ? 'php artisan serve --no-reload --host=0.0.0.0 --port=$PORT'
      : `php -S 0.0.0.0:$PORT -t ${folder}`
    return {
      ...found,
      run: `PHP_CLI_SERVER_WORKERS=4 ${server}`,
      why: [
        ...why,
        `${join(root, page)} is its first page: PHP’s own server serves the folder. Another server is named in a Procfile.`,
      ],
    }
  },
}

const nothingServed = {
  why: 'There is no index.php, neither in the folder itself nor in public or web.',
  todo: 'Add a Procfile with web: <command>, which listens on $PORT.',
}
