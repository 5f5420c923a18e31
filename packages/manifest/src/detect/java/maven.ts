import { join, readText, type Tree } from '../../tree.ts'
import type { Detection } from '../detection.ts'
import { hasFile, matchLine } from '../find-file.ts'

/** What Maven builds and what is then run; undefined without a pom.xml. */
export async function maven(
  tree: Tree,
  root: string,
): Promise<Omit<Detection, 'runtimes' | 'problems'> | undefined> {
  const file = join(root, 'pom.xml')
  const text = await readText(tree, file)
  if (text === undefined) return undefined
  const hasWrapper = await hasFile(tree, root, 'mvnw')
  const command = `${hasWrapper ? 'sh ./mvnw' : 'mvn'} --batch-mode --no-transfer-progress -DskipTests package`
  const build = [{ root, command }]
  const how = hasWrapper ? `${join(root, 'mvnw')} builds it: ${command}.` : `Maven builds it: ${command}.`
  const spring = matchLine(file, text, /<artifactId>\s*spring-boot-maven-plugin\s*</)
  if (spring) {
    const run = `java -jar ${jarOf(text)} --server.port=$PORT`
    return {
      title: 'a Spring Boot app',
      build,
      run,
      why: [`${spring.at} makes it a Spring Boot app.`, how, `Its jar is run: ${run}.`],
    }
  }
  const quarkus = matchLine(file, text, /<artifactId>\s*quarkus-maven-plugin\s*</)
  if (quarkus) {
    const run =
      'java -Dquarkus.http.host=0.0.0.0 -Dquarkus.http.port=$PORT -jar target/quarkus-app/quarkus-run.jar'
    return {
      title: 'a Quarkus app',
      build,
      run,
      why: [`${quarkus.at} makes it a Quarkus app.`, how, `Its jar is run: ${run}.`],
    }
  }
  const main = matchLine(file, text, /<mainClass>\s*([\w.$]+)\s*</)
  const seen = [`${file} makes it a Java app.`, how]
  if (main) {
    const run = `java -jar ${jarOf(text)}`
    return {
      title: 'a Java app',
      build,
      run,
      why: [...seen, `${main.at} names the main class of its jar: ${run}.`],
    }
  }
  const why = 'pom.xml has neither Spring Boot, nor Quarkus, nor a mainClass in the manifest of its jar.'
  const todo =
    'Name the mainClass in the maven-jar-plugin, or add a Procfile with web: java -jar target/<name>.jar.'
  return { title: 'a Java app', build, why: seen, question: { why, todo } }
}

/** The project's own jar where its name is written out; where it is put together of properties, the only one. */
function jarOf(text: string): string {
  const own = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(parent|dependencies|dependencyManagement|profiles|plugins)>[\s\S]*?<\/\1>/g, '')
  const field = (name: string) => new RegExp(`<${name}>\\s*([\\w.-]+)\\s*</${name}>`).exec(own)?.[1]
  const name = field('finalName') ?? (field('version') && `${field('artifactId')}-${field('version')}`)
  return name ? `target/${name}.jar` : 'target/*.jar'
}
