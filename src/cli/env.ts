// `postern env`: the shell lines that make any AWS client talk to the daemon.

import { askDaemon, type DaemonAccess } from './daemon-client.ts'

interface EnvironmentOptions {
  readonly account: string
  readonly region: string
}

export async function environment(daemon: DaemonAccess, { account, region }: EnvironmentOptions): Promise<string> {
  const key = await askDaemon(daemon, 'POST', 'credentials', { account })
  if (!isKey(key)) throw new Error('the daemon gave no key')
  const variables = {
    AWS_ENDPOINT_URL: daemon.endpoint,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    POSTERN_ENDPOINT: daemon.endpoint,
    // A daemon in open mode asks for none.
    ...(key.strict && daemon.token !== undefined && { POSTERN_TOKEN: daemon.token }),
  }
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
  // A token or profile of another account would win over the key.
  return [...lines, 'unset AWS_SESSION_TOKEN AWS_PROFILE'].join('\n')
}

function isKey(value: unknown): value is { accessKeyId: string; secretAccessKey: string; strict?: boolean } {
  return typeof value === 'object' && value !== null && 'accessKeyId' in value && 'secretAccessKey' in value
}
