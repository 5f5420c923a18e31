import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'

/** A repository of these files, served over HTTP by git itself to whoever brings the token. */
export async function gitServer(folder: string, token: string) {
  const server = http.createServer((request, response) => {
    const password = Buffer.from((request.headers.authorization ?? '').split(' ')[1] ?? '', 'base64')
      .toString()
      .split(':')[1]
    if (password !== token) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    const env = {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    }
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    request.pipe(child.stdin)
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    child.once('close', () => {
      const whole = Buffer.concat(pieces)
      const end = whole.indexOf('\r\n\r\n')
      const headers = whole.subarray(0, end).toString().split('\r\n')
      const status = Number(headers.find((line) => line.startsWith('Status:'))?.slice(8, 11) ?? 200)
      const type = headers.find((line) => /^content-type:/i.test(line))?.split(': ')[1] ?? ''
      response.writeHead(status, { 'content-type': type }).end(whole.subarray(end + 4))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/app.git`,
    /** Commits these files over what was there and answers the commit. */
    commit(files: Record<string, string>): string {
      const work = path.join(folder, 'app.git')
      mkdirSync(work, { recursive: true })
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=Ines', '-c', 'user.email=ines@example.com', ...args], {
          cwd: work,
          encoding: 'utf8',
        }).trim()
      if (!existsSync(path.join(work, '.git'))) git('init', '--quiet', '--initial-branch=main')
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(work, name)), { recursive: true })
        writeFileSync(path.join(work, name), text)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'A change')
      return git('rev-parse', 'HEAD')
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
