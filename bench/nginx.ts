// nginx with TLS at one end of a plain veth pair, serving the files of a directory to a client at the other end.

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun, run } from '../labs/run.ts'
import { makePlainPair, PLAIN, SERVER_ADDRESS } from './plain-pair.ts'

export interface NginxPair {
  /** The namespace of the client. */
  readonly client: string
  /** Of the file `large`. */
  readonly url: string
  readonly ca: string
}

export async function startNginx(directory: string, atEnd: (undo: () => Promise<unknown>) => void): Promise<NginxPair> {
  atEnd(async () => {
    for (const namespace of Object.values(PLAIN)) await run('ip', ['netns', 'del', namespace])
  })
  await makePlainPair()
  const [key, cert, configuration] = ['nginx.key', 'nginx.pem', 'nginx.conf'].map((name) => join(directory, name))
  const self = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
  const names = ['-subj', '/CN=bench', '-addext', `subjectAltName=IP:${SERVER_ADDRESS}`]
  await mustRun('openssl', [...self, ...names, '-keyout', key!, '-out', cert!])
  await writeFile(configuration!, configurationOf(directory))
  const argv = ['netns', 'exec', PLAIN.server, 'nginx', '-p', directory, '-c', configuration!, '-e', 'nginx-errors.log']
  const nginx = spawn('ip', argv, { stdio: 'inherit' })
  const ended = new Promise((resolve) => nginx.once('exit', resolve))
  atEnd(() => {
    nginx.kill()
    return ended
  })
  const url = `https://${SERVER_ADDRESS}/large`
  await whenServing(url, cert!)
  return { client: PLAIN.client, url, ca: cert! }
}

/** As it comes, but for what a run of its own must have: nothing outside the directory, and the foreground. */
function configurationOf(directory: string): string {
  return `
daemon off; worker_processes 1; user root; pid nginx.pid; error_log nginx-errors.log;
events { worker_connections 64; }
http {
  access_log off; sendfile on; tcp_nopush on;
  server {
    listen ${SERVER_ADDRESS}:443 ssl; root ${directory};
    ssl_certificate nginx.pem; ssl_certificate_key nginx.key; ssl_protocols TLSv1.2 TLSv1.3;
  }
}
`
}

async function whenServing(url: string, ca: string): Promise<void> {
  const argv = ['netns', 'exec', PLAIN.client, 'curl', '-sSfI', '--cacert', ca, url]
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await run('ip', argv)).code === 0) return
    await new Promise((tick) => setTimeout(tick, 50))
  }
  throw new Error(`nginx does not serve ${url}: ${(await run('ip', argv)).stderr}`)
}
