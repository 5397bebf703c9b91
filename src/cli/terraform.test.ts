// `postern terraform` with a program of the test's own as Terraform, and the daemon's side of it on loopback.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliError } from './daemon-client.ts'
import { findBinary, runTerraform, terraformEnvironment } from './terraform.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-terraform-'))
let server: Server
let endpoint: string

beforeAll(async () => {
  server = createServer((req, res) => {
    req.resume().on('end', () => res.end(JSON.stringify({ accessKeyId: '222222222222', secretAccessKey: 'secret' })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

function program(name: string, script: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

function call(binary: string, ...args: string[]) {
  const daemon = { endpoint, token: undefined }
  return runTerraform({ daemon, account: '222222222222', region: 'eu-west-1', binary, args })
}

describe('postern terraform', () => {
  test('passes the arguments on as they are, and ends as the program did', async () => {
    const counts = program('counts', '[ "$1" = plan ] && [ "$2" = "-var=a=b c" ] && exit $#')
    expect(await call(counts, 'plan', '-var=a=b c', '-detailed-exitcode')).toBe(3)
    expect(await call(program('killed', 'kill -TERM $$'))).toBe(128 + 15)
  })

  test('gives it the endpoint and the key of the account, and nothing that leads elsewhere', async () => {
    const outer = {
      HOME: '/home/x',
      AWS_PROFILE: 'work',
      AWS_SESSION_TOKEN: 't',
      AWS_ENDPOINT_URL_S3: 'http://elsewhere',
    }
    const daemon = { endpoint, token: undefined }
    expect(await terraformEnvironment({ daemon, account: '222222222222', region: 'eu-west-1' }, outer)).toEqual({
      HOME: '/home/x',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: '222222222222',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      POSTERN_ENDPOINT: endpoint,
    })
  })

  test('prefers terraform to tofu, and says what to do without either', () => {
    const tofu = program('tofu', '')
    expect(findBinary(undefined, directory)).toBe(tofu)
    expect(findBinary(undefined, `/nowhere:${directory}`)).toBe(tofu)
    const terraform = program('terraform', '')
    expect(findBinary(undefined, directory)).toBe(terraform)
    expect(() => findBinary(undefined, '/nowhere')).toThrow(/neither terraform nor tofu is on the PATH/)
    expect(() => findBinary('/nowhere/terraform')).toThrow(/--binary takes a path/)
  })

  test('says that no daemon answers', async () => {
    const daemon = { endpoint: 'http://127.0.0.1:9', token: undefined }
    const gone = runTerraform({ daemon, account: '1', region: 'us-east-1', binary: program('any', ''), args: [] })
    await expect(gone).rejects.toThrow(CliError)
    await expect(gone).rejects.toThrow(/start one with: postern up --detach/)
  })
})
