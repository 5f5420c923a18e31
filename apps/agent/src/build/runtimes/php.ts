import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { phpRange } from './php-range.ts'
import { systemRuntime } from './system-runtime.ts'
import { before, existing, type Tree, writeStarter } from './unpacked-tree.ts'

/** What most apps need and PHP’s own package lacks. Debian and Amazon Linux divide it differently: not each has all of these. */
const modules = [
  ...['bcmath', 'curl', 'gd', 'intl', 'mbstring', 'mysql', 'mysqlnd', 'opcache', 'pdo', 'pgsql'],
  ...['process', 'soap', 'sodium', 'sqlite3', 'xml', 'zip'],
]

/** PHP for the command line, which serves too, with its modules, and composer. */
export const php = systemRuntime({
  kind: 'php',
  title: 'PHP',
  interpreter: /^php(\d+\.\d+)-cli$/,
  beginnings: ['php', 'composer'],
  companions: (line) => [...modules.map((name) => `php${line}-${name}`), 'composer'],
  rangeOf: phpRange,
  async versionOf(tree) {
    const ending = await ask(tree, 'PHP_VERSION')
    return ending.ok ? { version: ending.out } : { failed: ending }
  },
  arrange,
})

async function interpreterOf({ folder, line }: Tree): Promise<string> {
  const [found] = await existing(folder, [`usr/bin/php${line}`, 'usr/bin/php'])
  return found ?? 'usr/bin/php'
}

async function ask(tree: Tree, constant: string) {
  return tree.run(await interpreterOf(tree), ['-n', '-r', `echo ${constant};`])
}

/**
 * The settings of a server: an error is for the log and never for the page. PHPRC is set so that no php.ini of the
 * host counts; an app that sets it has its own.
 */
const settings = `display_errors = Off
log_errors = On
expose_php = Off
zend.exception_ignore_args = On
`

async function arrange(tree: Tree, bin: string): Promise<void> {
  const { folder } = tree
  const interpreter = await interpreterOf(tree)
  const extensions = (await ask(tree, 'PHP_EXTENSION_DIR')).out.replace(/^\/+/, '')
  const loads = path.join(folder, 'loads')
  await mkdir(path.join(folder, 'settings'))
  await writeFile(path.join(folder, 'settings/php.ini'), settings)
  await mkdir(loads)
  const places = `extension_dir = "\${SLIPWAY_PHP}/${extensions}"\ninclude_path = ".:\${SLIPWAY_PHP}/usr/share/php"\n`
  await writeFile(path.join(loads, '00-places.ini'), places)
  await copyLoads(tree, loads)
  await writeStarter(tree, path.join(bin, 'php'), {
    prepare: [
      `export SLIPWAY_PHP="$tree" PHPRC="\${PHPRC:-$tree/settings}"`,
      before('PHP_INI_SCAN_DIR', '$tree/loads'),
    ],
    start: `"$tree/${interpreter}"`,
  })
  if ((await existing(folder, ['usr/bin/composer'])).length > 0)
    await writeStarter(tree, path.join(bin, 'composer'), {
      start: '"$here/bin/php" "$tree/usr/bin/composer"',
    })
}

/**
 * The files that load modules, in the order that they need. On Amazon Linux they lie where PHP looks for them; on
 * Debian they are put there when a package is installed, by a number that the file names: https://wiki.debian.org/PHP
 */
async function copyLoads(tree: Tree, to: string): Promise<void> {
  const { folder, line } = tree
  const scanned = path.join(folder, (await ask(tree, 'PHP_CONFIG_FILE_SCAN_DIR')).out)
  for (const name of await readdir(scanned).catch(() => []))
    if (name.endsWith('.ini')) await copyFile(path.join(scanned, name), path.join(to, name))
  const shared = path.join(folder, 'usr/share')
  for (const entry of await readdir(shared, { recursive: true })) {
    if (!entry.startsWith(`php${line}-`) || !entry.endsWith('.ini')) continue
    const text = await readFile(path.join(shared, entry), 'utf8')
    const priority = /^; priority=(\d+)$/m.exec(text)?.[1] ?? '20'
    await writeFile(path.join(to, `${priority}-${path.basename(entry)}`), text)
  }
}
