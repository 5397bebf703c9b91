// AWS's own endpoint services: which exist in a region, of which types, with which private DNS names.
// Source: the public service lists of the PrivateLink guide, kept in endpoint-services.json with `{region}` left open.

import type { Region } from '../store/records.ts'
import entries from './endpoint-services.json' with { type: 'json' }
import { availabilityZones, isRegion } from './regions.ts'

export type EndpointServiceType = 'Gateway' | 'Interface'

export interface EndpointService {
  /** `com.amazonaws.us-east-1.s3` */
  readonly name: string
  readonly types: readonly EndpointServiceType[]
  /** `ssm.us-east-1.amazonaws.com`, `*.execute-api.us-east-1.amazonaws.com`; empty when it offers none. */
  readonly privateDnsNames: readonly string[]
  /** What the endpoints' own names end in: `ssm.us-east-1.vpce.amazonaws.com`. */
  readonly baseDnsName: string
  /** The endpoints' names cover all names below them, as S3's do for buckets: they are shown with `*.` before them. */
  readonly hasVirtualHosts: boolean
  readonly policySupported: boolean
  /** Zones of the region, by id, in which it has no interface endpoints. */
  readonly absentZoneIds: readonly string[]
  /** The SigV4 service name; absent when it is not known. */
  readonly signingName?: string
}

/** Where services that have one endpoint for the world are controlled, and the services that can be reached only there. */
const CONTROL_REGION: Region = 'us-east-1'
const IN_CONTROL_REGION = ['com.amazonaws.iam', 'com.amazonaws.route53', 'com.amazonaws.savingsplans']

interface Services {
  /** In the order of their names. */
  readonly all: readonly EndpointService[]
  readonly byName: ReadonlyMap<string, EndpointService>
}

const NONE: Services = { all: [], byName: new Map() }
const byRegion = new Map<Region, Services>()

/** The region's services, by name; empty for a name that is no region. */
export function endpointServices(region: Region): readonly EndpointService[] {
  return servicesIn(region).all
}

export function findEndpointService(region: Region, name: string): EndpointService | undefined {
  return servicesIn(region).byName.get(name)
}

function servicesIn(region: Region): Services {
  const known = byRegion.get(region)
  if (known) return known
  if (!isRegion(region)) return NONE
  const all = servicesOf(region)
  const services = { all, byName: new Map(all.map((service) => [service.name, service])) }
  byRegion.set(region, services)
  return services
}

function servicesOf(region: Region): EndpointService[] {
  return entries
    .filter((entry) => region === CONTROL_REGION || !IN_CONTROL_REGION.includes(entry.service))
    .map((entry) => ({
      name: inRegion(entry.service, region),
      types: entry.types.filter((type) => type === 'Gateway' || type === 'Interface'),
      privateDnsNames: entry.privateDns.map((name) => inRegion(name, region)),
      baseDnsName: baseDnsName(entry, region),
      hasVirtualHosts: entry.service === 'com.amazonaws.{region}.s3',
      policySupported: entry.policySupported,
      absentZoneIds: absentZoneIds(entry.service, region),
      ...(entry.signingName ? { signingName: entry.signingName } : {}),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Found in the services' own guides; most services are in every zone. */
const ABSENT_ZONES: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/ses/latest/dg/send-email-set-up-vpc-endpoints.html
  'com.amazonaws.{region}.email-smtp': 'use1-az2 use1-az3 use1-az5 usw1-az2 usw2-az4 apne2-az4 cac1-az3 cac1-az4',
}

function absentZoneIds(service: string, region: Region): string[] {
  const absent = (ABSENT_ZONES[service] ?? '').split(' ')
  return availabilityZones(region).flatMap(({ id }) => (absent.includes(id) ? [id] : []))
}

function inRegion(text: string, region: Region): string {
  return text.replaceAll('{region}', region)
}

interface Named {
  /** With `{region}` where the region goes. */
  readonly service: string
  readonly privateDns: readonly string[]
}

/** Names that AWS shows and that no rule gives. https://docs.aws.amazon.com/codeartifact/latest/ug/create-vpc-endpoints.html */
const BASE_LABELS: Readonly<Record<string, string>> = {
  'com.amazonaws.{region}.codeartifact.api': 'api.codeartifact',
}

function baseDnsName(entry: Named, region: Region): string {
  const label = BASE_LABELS[entry.service] ?? ownLabel(entry) ?? serviceLabel(entry)
  // SageMaker's notebooks and studios have names of their own domain, and so have their endpoints.
  const domain = entry.service.startsWith('aws.sagemaker.') ? 'sagemaker.aws' : 'amazonaws.com'
  return `${label}.${region}.vpce.${domain}`
}

/** As the service's private name has it: `kinesis` for `kinesis-streams`. */
function ownLabel({ privateDns }: Named): string | undefined {
  const name = privateDns.map((one) => one.replace(/^\*\./, '')).find((one) => !one.includes('*'))
  return name?.includes('.{region}.') ? name.slice(0, name.indexOf('.{region}.')) : undefined
}

/** `server.transfer` of `com.amazonaws.us-east-1.transfer.server`. */
function serviceLabel({ service }: Named): string {
  const labels = service.replace(/^com\.amazonaws\./, '').replace(/^.*\{region\}\./, '')
  return labels.split('.').reverse().join('.')
}
