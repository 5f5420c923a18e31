import { join, readText, type Tree } from '../../tree.ts'
import type { Detection } from '../detection.ts'
import { findFile, hasFile, matchLine } from '../find-file.ts'

/** What Gradle builds and what is then run; undefined without a build file of Gradle. */
export async function gradle(
  tree: Tree,
  root: string,
): Promise<Omit<Detection, 'runtimes' | 'problems'> | undefined> {
  const name = await findFile(tree, root, ['build.gradle', 'build.gradle.kts'])
  if (name === undefined) return undefined
  const file = join(root, name)
  const text = (await readText(tree, file)) ?? ''
  const hasWrapper = await hasFile(tree, root, 'gradlew')
  const tool = `${hasWrapper ? 'sh ./gradlew' : 'gradle'} --no-daemon --console=plain`
  const spring = matchLine(file, text, /org\.springframework\.boot/)
  if (spring) {
    const command = `${tool} bootJar`
    const run = 'java -jar build/libs/*.jar --server.port=$PORT'
    return {
      title: 'a Spring Boot app',
      build: [{ root, command }],
      run,
      why: [
        `${spring.at} makes it a Spring Boot app.`,
        `Gradle builds it: ${command}.`,
        `Its jar is run: ${run}.`,
      ],
    }
  }
  const application = matchLine(
    file,
    text,
    /^\s*(?:id\s*\(?\s*['"]application['"]|application\s*$|apply plugin:\s*['"]application['"])/,
  )
  const seen = `${file} makes it a Java app.`
  if (application) {
    const command = `${tool} installDist`
    const folder = await projectName(tree, root)
    if (folder !== undefined) {
      const run = `./build/install/${folder.name}/bin/${folder.name}`
      return {
        title: 'a Java app',
        build: [{ root, command }],
        run,
        why: [seen, `${application.at} makes a program of it: ${command}.`, `${folder.at} names it: ${run}.`],
      }
    }
  }
  const why = application
    ? 'settings.gradle names no project, and with that no program.'
    : `${name} has neither Spring Boot nor the application plugin.`
  const todo =
    'Set rootProject.name in settings.gradle and add the application plugin, or a Procfile with web: <command>.'
  return {
    title: 'a Java app',
    build: [{ root, command: `${tool} build -x test` }],
    why: [seen],
    question: { why, todo },
  }
}

async function projectName(tree: Tree, root: string): Promise<{ name: string; at: string } | undefined> {
  for (const file of ['settings.gradle', 'settings.gradle.kts']) {
    const path = join(root, file)
    const found = matchLine(
      path,
      (await readText(tree, path)) ?? '',
      /rootProject\.name\s*=\s*['"]([\w.-]+)['"]/,
    )
    if (found?.groups[0]) return { name: found.groups[0], at: found.at }
  }
  return undefined
}
