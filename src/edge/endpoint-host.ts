// Which host names a service answers to through its endpoints: its own names and the endpoints', by the catalogue. The
// last label of a name says little: `api.ecr`, `firehose` and `streams.dynamodb` are names of ecr, kinesis-firehose and
// dynamodb-streams.

import { type EndpointService, endpointServices } from '../catalogue/endpoint-services.ts'
import type { Region } from '../store/records.ts'
import { isS3Host, parseAwsHost } from './aws-host.ts'

/** Public names of services that have no private ones in the catalogue. */
const MORE_NAMES: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['dynamodb.{region}.amazonaws.com', '*.ddb.{region}.amazonaws.com'],
  'dynamodb-streams': ['streams.dynamodb.{region}.amazonaws.com'],
  s3express: ['*.s3express-*.{region}.amazonaws.com', 's3express-control.{region}.amazonaws.com'],
}

const patterns = new WeakMap<EndpointService, RegExp>()

/** The name is one of the service's. Normalised: see `normaliseHost`. */
export function isNameOf(service: EndpointService, host: string): boolean {
  let pattern = patterns.get(service)
  if (!pattern) {
    pattern = new RegExp(`^(?:${namesOf(service).map(toPattern).join('|')})$`)
    patterns.set(service, pattern)
  }
  return pattern.test(host) || (isS3(service) && isS3Host(host))
}

/** A name that the service has in every VPC, for clients that say none. */
export function defaultNameOf(service: EndpointService): string {
  const [first = service.baseDnsName.replace('.vpce.', '.')] = namesOf(service)
  return first.replace(/^\*\./, '')
}

/** The service in the catalogue that a name means; undefined for a name of none. */
export function serviceOfHost(host: string, region?: Region): EndpointService | undefined {
  const parsed = parseAwsHost(host)
  if (!parsed) return undefined
  return endpointServices(parsed.region ?? region ?? 'us-east-1').find((service) => isNameOf(service, host))
}

/** `ecr.api` of `com.amazonaws.us-east-1.ecr.api`, `sagemaker.studio` of `aws.sagemaker.us-east-1.studio`. */
export function shortNameOf({ name }: Pick<EndpointService, 'name'>): string {
  const own = name.replace(/^(?:com\.amazonaws|aws)\./, '').split('.')
  return own.filter((label) => !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(label)).join('.')
}

function isS3({ name }: EndpointService): boolean {
  return name.startsWith('com.amazonaws.') && name.endsWith('.s3')
}

function namesOf(service: EndpointService): readonly string[] {
  const region = service.name.split('.')[2] ?? ''
  const more = MORE_NAMES[shortNameOf(service)] ?? []
  const own =
    service.privateDnsNames.length > 0 ? service.privateDnsNames : [service.baseDnsName.replace('.vpce.', '.')]
  return [...more.map((name) => name.replaceAll('{region}', region)), ...own, `*.${service.baseDnsName}`]
}

/** A star that is a whole label stands for all names below; one within a label for a part of it. */
function toPattern(name: string): string {
  const escaped = name.replace(/^\*\./, '').replaceAll('.', '\\.').replaceAll('*', '[^.]*')
  return name.startsWith('*.') ? `.+\\.${escaped}` : escaped
}
