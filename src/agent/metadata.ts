// What the agent learns from the instance metadata service, by IMDSv2 only: who the instance is, and its role's keys.

import { readJson } from '../session/message.ts'
import { callHttp } from './http.ts'

export interface Identity {
  readonly instanceId: string
  readonly account: string
  readonly region: string
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly address: string
  readonly hostname: string
  /** `amazonaws.com` */
  readonly domain: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since 1970. */
  readonly expiration: number
}

export const METADATA = 'http://169.254.169.254'
/** New keys are fetched when the old ones are good for less than this. */
const MARGIN = 5 * 60_000

export class Metadata {
  readonly #base: string
  #credentials: Promise<Credentials> | undefined

  constructor(base: string) {
    this.#base = base
  }

  async identity(): Promise<Identity> {
    const token = await this.#token()
    const read = (path: string) => this.#read(token, path)
    const document = readJson(await read('dynamic/instance-identity/document'))
    const text = (name: string) => String(document[name] ?? '')
    return {
      instanceId: text('instanceId'),
      account: text('accountId'),
      region: text('region'),
      availabilityZone: text('availabilityZone'),
      address: text('privateIp'),
      availabilityZoneId: await read('meta-data/placement/availability-zone-id'),
      hostname: await read('meta-data/local-hostname'),
      domain: await read('meta-data/services/domain'),
    }
  }

  /** The role's keys, fetched again in time. Throws while the instance has no role that it may assume. */
  async credentials(): Promise<Credentials> {
    const known = await this.#credentials?.catch(() => undefined)
    if (known && known.expiration - Date.now() > MARGIN) return known
    this.#credentials = this.#fetchCredentials()
    return this.#credentials
  }

  /** The next request asks for new keys: these were refused. */
  forgetCredentials(): void {
    this.#credentials = undefined
  }

  async #fetchCredentials(): Promise<Credentials> {
    const token = await this.#token()
    const role = (await this.#read(token, 'meta-data/iam/security-credentials/')).trim()
    const found = readJson(await this.#read(token, `meta-data/iam/security-credentials/${role}`))
    if (found.Code !== 'Success')
      throw new Error(`no credentials of role ${role}: ${found.Code} ${found.Message ?? ''}`)
    return {
      accessKeyId: String(found.AccessKeyId),
      secretAccessKey: String(found.SecretAccessKey),
      sessionToken: String(found.Token),
      expiration: Date.parse(String(found.Expiration)),
    }
  }

  async #token(): Promise<string> {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
    const { status, body } = await callHttp({ url: new URL('/latest/api/token', this.#base), method: 'PUT', headers })
    if (status !== 200) throw new Error(`the metadata service gives no token (${status})`)
    return body
  }

  async #read(token: string, path: string): Promise<string> {
    const headers = { 'x-aws-ec2-metadata-token': token }
    const { status, body } = await callHttp({ url: new URL(`/latest/${path}`, this.#base), method: 'GET', headers })
    if (status !== 200) throw new Error(`the metadata service has no ${path} (${status})`)
    return body
  }
}
