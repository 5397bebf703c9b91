// What a resource configuration stands for, and its ports.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ResourceConfigurationDefinition.html

import type { ResourceConfigurationDefinition } from '@aws-sdk/client-vpc-lattice'
import { parseDomainName } from '../../compile/domain-name.ts'
import { addressFamily, parseAddress } from '../../ip/address.ts'
import { cidr, cidrContains } from '../../ip/cidr.ts'
import type { PortRange } from '../../ip/protocol.ts'
import type { ResourceConfiguration, ResourceDefinition } from '../../store/lattice-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { validationError } from './errors.ts'

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(cidr)
/** What an ARN can stand for here; AWS has databases, and Postern has none. */
const ARN =
  /^arn:aws:(?:ec2:[a-z0-9-]+:\d{12}:(?:instance|network-interface)\/|elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/net\/)/

export function requireDefinition(
  records: Records,
  caller: Caller,
  type: ResourceConfiguration['type'],
  sent: ResourceConfigurationDefinition,
): ResourceDefinition {
  const { dnsResource, ipResource, arnResource } = sent
  const given = [dnsResource, ipResource, arnResource].filter((one) => one !== undefined)
  if (given.length !== 1) throw validationError('The definition is one of dnsResource, ipResource and arnResource.')
  if ((arnResource !== undefined) !== (type === 'ARN')) {
    throw validationError(
      type === 'ARN'
        ? 'A resource configuration of type ARN is defined by an arnResource.'
        : `A resource configuration of type ${type} is defined by a dnsResource or an ipResource.`,
    )
  }
  if (ipResource) return requireAddress(ipResource.ipAddress)
  if (dnsResource) return requireDomain(dnsResource.domainName, dnsResource.ipAddressType)
  return requireArn(records, caller, arnResource?.arn ?? '')
}

export function toDefinition(definition: ResourceDefinition): ResourceConfigurationDefinition {
  switch (definition.kind) {
    case 'ip':
      return { ipResource: { ipAddress: definition.address } }
    case 'dns':
      return { dnsResource: { domainName: definition.domainName, ipAddressType: 'IPV4' } }
    case 'arn':
      return { arnResource: { arn: definition.arn } }
    default:
      return definition satisfies never
  }
}

/** `443`, `8000-8010`: sorted and without overlap, so that a port is in one of them. */
export function requirePortRanges(texts: readonly string[]): PortRange[] {
  if (texts.length === 0) throw validationError('A resource configuration needs at least one port range.')
  const ranges = texts.flatMap((text) => text.split(',')).map((text) => requireRange(text.trim()))
  ranges.sort((a, b) => a.from - b.from)
  const overlap = ranges.find((range, index) => range.from <= (ranges[index - 1]?.to ?? 0))
  if (overlap) throw validationError(`The port range ${formatRange(overlap)} overlaps another.`)
  return ranges
}

export function formatPortRanges(ranges: readonly PortRange[]): string[] {
  return ranges.map(formatRange)
}

function requireRange(text: string): PortRange {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const range = { from: Number(first), to: Number(last) }
  if (first !== '' && range.from >= 1 && range.to <= 65_535 && range.from <= range.to) return range
  throw validationError(`'${text}' is not a port range: use a port of 1 to 65535, or two with a hyphen between them.`)
}

function formatRange({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`
}

function requireAddress(text: string | undefined): ResourceDefinition {
  const address = parseAddress(text ?? '')
  if (!address) throw validationError(`'${text}' is not an IP address.`)
  if (addressFamily(address) !== 4) throw validationError(`IPv6 addresses such as ${address} are not served yet.`)
  if (PRIVATE.some((block) => cidrContains(block, address))) return { kind: 'ip', address }
  throw validationError(
    `The IP address ${address} is not private: use one of 10/8, 172.16/12, 192.168/16 or 100.64/10.`,
  )
}

function requireDomain(text: string | undefined, addressType: string | undefined): ResourceDefinition {
  const parsed = parseDomainName(text ?? '')
  if (!('name' in parsed) || parsed.name === '' || parsed.name.includes('*')) {
    throw validationError(`'${text}' is not a valid domain name.`)
  }
  if (addressType !== undefined && addressType !== 'IPV4') {
    throw validationError(`The IP address type ${addressType} of domain names is not served yet; use IPV4.`)
  }
  return { kind: 'dns', domainName: parsed.name }
}

function requireArn(records: Records, caller: Caller, arn: string): ResourceDefinition {
  if (!ARN.test(arn)) {
    throw validationError(
      `The ARN ${arn} names nothing that a resource can be here: use an instance, a network interface or a Network Load Balancer.`,
    )
  }
  const id = arn.slice(arn.lastIndexOf('/') + 1)
  const found = records.instances.get(id) ?? records.networkInterfaces.get(id) ?? records.loadBalancers.get(arn)
  if (found?.owner === caller.account && arn.split(':')[4] === caller.account) return { kind: 'arn', arn }
  throw validationError(`The resource ${arn} does not exist.`)
}
