// S3 through an interface endpoint with a policy, from inside an instance, over TLS: signed GETs of 1 KiB a second against
// the same GET on moto_server (in the clear, on loopback), and a 1 GiB object against nginx serving the same file by TLS
// over a plain veth pair.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { LabWorld } from '../labs/lab-world.ts'
import { mustRun, type Ran, run } from '../labs/run.ts'
import { type Server, startMoto } from './api-servers.ts'
import { type EdgeWorld, edgeWorld, largeUrl, signedGet } from './edge-world.ts'
import { dialLoopback, httpRequest, requestsPerSecond } from './http-load.ts'
import { type NginxPair, startNginx } from './nginx.ts'
import { type Row, ratioRow } from './report.ts'
import { inTurns } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 3
const DURATION_MS = 3_000
const CONNECTIONS = 8
const LARGE = 1024
const MIB = 1024 * 1024
const CLIENT = fileURLToPath(new URL('edge-client.ts', import.meta.url))

export async function benchEdge(): Promise<Row[] | undefined> {
  const has = async (command: string, ...argv: string[]) => (await run(command, argv)).code === 0
  const [hasMoto, hasNginx] = [await has('python3', '-c', 'import moto.server'), await has('nginx', '-v')]
  if (!hasMoto) console.log('\n  SKIPPED against moto_server: pip install "moto[server]"')
  if (!hasNginx) console.log('\n  SKIPPED against nginx: apt-get install -y nginx')
  if (!hasMoto && !hasNginx) return undefined
  return withUndo(async (atEnd) => {
    const directory = await mkdtemp(join(tmpdir(), 'postern-bench-edge-'))
    atEnd(() => rm(directory, { recursive: true, force: true }))
    const file = join(directory, 'large')
    await mustRun('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1M', `count=${LARGE}`])
    const lab = await LabWorld.start()
    atEnd(() => lab.stop())
    const ours = await edgeWorld(lab, file)
    return [...(hasMoto ? await smallObjects(ours) : []), ...(hasNginx ? await largeObject(ours, directory) : [])]
  })
}

function smallObjects(ours: EdgeWorld): Promise<Row[]> {
  return withUndo(async (atEnd) => {
    const moto = await startMoto()
    atEnd(() => moto.stop())
    await fillMoto(moto, ours)
    const rates = await inTurns(ROUNDS, { ours: () => ourRate(ours), peer: () => motoRate(moto, ours) }, (rate) =>
      rate(),
    )
    return [ratioRow('signed GET of 1 KiB by an interface endpoint, 8 clients', '/s', rates, { atLeast: 10 })]
  })
}

async function ourRate({ world, instanceId, host, key }: EdgeWorld): Promise<number> {
  const headers = JSON.stringify(signedGet(host, '/small', key))
  const argv = [process.execPath, CLIENT, `https://${host}/small`, headers, String(DURATION_MS), String(CONNECTIONS)]
  const env = ['env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt', 'NODE_NO_WARNINGS=1']
  return numberOf(await world.exec(instanceId, ...env, ...argv))
}

async function fillMoto({ port }: Server, { key }: EdgeWorld): Promise<void> {
  const endpoint = `http://127.0.0.1:${port}`
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials: key, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' }))
  await s3.send(new PutObjectCommand({ Bucket: 'bench', Key: 'small', Body: Buffer.alloc(1024, 'x') }))
}

function motoRate({ port }: Server, { key }: EdgeWorld): Promise<number> {
  const request = httpRequest('GET /bench/small', signedGet(`127.0.0.1:${port}`, '/bench/small', key))
  const load = { connections: CONNECTIONS, durationMs: DURATION_MS, request: () => request }
  return requestsPerSecond({ ...load, dial: dialLoopback(port) })
}

function largeObject(ours: EdgeWorld, directory: string): Promise<Row[]> {
  return withUndo(async (atEnd) => {
    const nginx = await startNginx(directory, atEnd)
    const url = await largeUrl(ours)
    const subjects = { ours: () => ourSpeed(ours, url), peer: () => nginxSpeed(nginx) }
    const speeds = await inTurns(ROUNDS, subjects, (speed) => speed())
    return [ratioRow('a 1 GiB object by it, curl', 'MiB/s', speeds, { atLeast: 0.5 })]
  })
}

const CURL = ['curl', '-sSf', '-o', '/dev/null', '-w', '%{speed_download}']

async function ourSpeed({ world, instanceId }: EdgeWorld, url: string): Promise<number> {
  return numberOf(await world.exec(instanceId, ...CURL, url)) / MIB
}

async function nginxSpeed({ client, url, ca }: NginxPair): Promise<number> {
  return numberOf(await run('ip', ['netns', 'exec', client, ...CURL, '--cacert', ca, url])) / MIB
}

function numberOf({ code, stdout, stderr }: Ran): number {
  if (code !== 0) throw new Error(stderr || stdout)
  return Number(stdout)
}
