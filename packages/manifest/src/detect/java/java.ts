import type { Detector } from '../detection.ts'
import { namedVersion, toolFiles, versionLine } from '../named-version.ts'
import { gradle } from './gradle.ts'
import { maven } from './maven.ts'

/** Runners take theirs where it is no older, so this is the oldest line that still gets fixes for long. */
const javaRangeDefault = '17'

const files = [
  versionLine('.java-version', /^\s*(?:\w+-)?(\d[\d.]*)/),
  versionLine('system.properties', /^\s*java\.runtime\.version\s*=\s*(\d[\d.]*)/),
  versionLine('.sdkmanrc', /^\s*java\s*=\s*(\d[\d.]*)/),
  versionLine('pom.xml', /<(?:java\.version|maven\.compiler\.(?:release|target)|release)>\s*(\d[\d.]*)\s*</),
  ...['build.gradle', 'build.gradle.kts'].flatMap((file) => [
    versionLine(file, /JavaLanguageVersion\.of\(\s*(\d+)/),
    versionLine(file, /(?:source|target)Compatibility\s*=\s*['"]?(?:JavaVersion\.VERSION_)?(\d[\d._]*)/),
  ]),
  ...toolFiles('java').map(({ file, read }) => ({
    file,
    read(path: string, text: string) {
      const found = read(path, text)
      const version = found && /(\d[\d.]*)/.exec(found.version)?.[1]
      return found && version ? { ...found, version } : undefined
    },
  })),
]

/** A folder that Maven or Gradle builds: Spring Boot, Quarkus, or one jar that names its main class. */
export const java: Detector = {
  name: 'java',
  programs: [{ names: ['java', 'mvn', 'gradle'], runtime: { kind: 'java', range: javaRangeDefault } }],
  async detect(tree, root) {
    const built = (await maven(tree, root)) ?? (await gradle(tree, root))
    if (built === undefined) return undefined
    const version = await namedVersion(tree, root, files)
    const range = version && majorOf(version.version)
    const why = [
      built.why[0] ?? '',
      range
        ? `${version?.at} asks for Java ${range}.`
        : `No file names a version of Java: ${javaRangeDefault} or newer is taken.`,
      ...built.why.slice(1),
    ]
    return {
      ...built,
      why,
      runtimes: [{ kind: 'java', range: range ?? javaRangeDefault, isNamed: range !== undefined }],
      problems: [],
    }
  },
}

/** `17.0.2` → `17`, and `1.8` → `8`. */
function majorOf(version: string): string | undefined {
  const [first, second] = version.split(/[._]/)
  return first === '1' && second ? second : first
}
