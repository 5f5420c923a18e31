import { readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { rubyRange } from './ruby-range.ts'
import { systemRuntime } from './system-runtime.ts'
import { before, existing, type Tree, writeStarter } from './unpacked-tree.ts'

/**
 * Ruby with bundler and the gems that it brings. Its headers come along for gems with C code, for which the build
 * needs a compiler of the runner.
 */
export const ruby = systemRuntime({
  kind: 'ruby',
  title: 'Ruby',
  interpreter: /^ruby(\d+\.\d+)$/,
  beginnings: ['ruby'],
  companions: (line) => [`ruby${line}-dev`, `ruby${line}-devel`],
  rangeOf: rubyRange,
  async versionOf(tree) {
    const ending = await tree.run(await interpreterOf(tree), ['--disable-gems', '-e', 'print RUBY_VERSION'])
    return ending.ok ? { version: ending.out } : { failed: ending }
  },
  arrange,
})

/** Amazon Linux has a program by the plain name that chooses among several Rubies of the machine. */
async function interpreterOf({ folder, line }: Tree): Promise<string> {
  const [found] = await existing(folder, [`usr/bin/ruby${line}-mri`])
  return found ?? `usr/bin/ruby${line}`
}

/**
 * Ruby has the absolute paths of its library built in. RUBYLIB lets it begin from elsewhere, but goes before all gems,
 * so that a gem that is newer than Ruby's own of that name would not be loaded: `$LOAD_PATH` is put in order right after.
 */
const settle = `# Puts what lies in this release where Ruby looks for it in /usr: behind the gems.
tree = __dir__
own, others = $LOAD_PATH.partition { |folder| folder.start_with?("#{tree}/") }
$LOAD_PATH.replace(others.map { |folder| own.include?(tree + folder) ? tree + folder : folder })
`
const settleFile = 'settle.rb'

/** What comes with Ruby and is started by name. */
const programs = ['bundle', 'bundler', 'gem', 'rake', 'irb', 'erb', 'rdoc']

async function arrange(tree: Tree, bin: string): Promise<void> {
  const { folder, line } = tree
  await writeFile(path.join(folder, settleFile), settle)
  const interpreter = await interpreterOf(tree)
  const builtIn = await tree.run(interpreter, ['--disable-gems', '-e', 'puts $:'])
  const libraries = await existing(folder, builtIn.out.split('\n').filter(Boolean))
  const RUBYLIB = libraries.map((name) => path.join(folder, name)).join(':')
  const gemPath = await tree.run(interpreter, ['-e', 'puts Gem.path'], { RUBYLIB })
  const gems = await existing(folder, gemPath.out.split('\n').filter(Boolean))
  const below = (names: string[]) => names.map((name) => `$tree/${name}`).join(':')
  await writeStarter(tree, path.join(bin, 'ruby'), {
    prepare: [
      before('RUBYLIB', below(libraries)),
      `export GEM_PATH="\${GEM_PATH:-${below(gems)}}"`,
      `case " $RUBYOPT " in *" -r$tree/${settleFile} "*) ;; *) export RUBYOPT="\${RUBYOPT:+$RUBYOPT }-r$tree/${settleFile}" ;; esac`,
    ],
    start: `"$tree/${interpreter}"`,
  })
  // By this name the programs of gems start it.
  await symlink('ruby', path.join(bin, `ruby${line}`))
  const there = new Set(await readdir(path.join(folder, 'usr/bin')))
  for (const name of programs) {
    const file = [`${name}${line}`, `ruby${line}-${name}`, name].find((one) => there.has(one))
    if (file)
      await writeStarter(tree, path.join(bin, name), { start: `"$here/bin/ruby" "$tree/usr/bin/${file}"` })
  }
}
