// `postern env`: the shell lines that make any AWS client talk to the daemon.

import { askDaemon, type DaemonAccess } from './daemon-client.ts'

interface EnvironmentOptions {
  readonly account: string
  readonly region: string
}

/** A token or profile of another account would win over the key, and so would a role that a file or a host gives. */
export const SHADOWING: readonly string[] = [
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

export async function environment(daemon: DaemonAccess, options: EnvironmentOptions): Promise<string> {
  const variables = await clientVariables(daemon, options)
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
  return [...lines, `unset ${SHADOWING.join(' ')}`].join('\n')
}

/** What AWS clients read, with a key of the account's root. */
export async function clientVariables(
  daemon: DaemonAccess,
  { account, region }: EnvironmentOptions,
): Promise<Readonly<Record<string, string>>> {
  const key = await askDaemon(daemon, 'POST', 'credentials', { account })
  if (!isKey(key)) throw new Error('the daemon gave no key')
  return {
    AWS_ENDPOINT_URL: daemon.endpoint,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    POSTERN_ENDPOINT: daemon.endpoint,
    // A daemon in open mode asks for none.
    ...(key.strict && daemon.token !== undefined && { POSTERN_TOKEN: daemon.token }),
  }
}

function isKey(value: unknown): value is { accessKeyId: string; secretAccessKey: string; strict?: boolean } {
  return typeof value === 'object' && value !== null && 'accessKeyId' in value && 'secretAccessKey' in value
}
