// Where an alias may point: to a record of its own zone, or to the name of a load balancer or an interface endpoint.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html

import { vpceHostedZoneId } from '../../catalogue/endpoint-zones.ts'
import { formatDomainName } from '../../compile/domain-name.ts'
import { endpointNames } from '../../compile/endpoint-names.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { VpcEndpoint } from '../../store/records.ts'
import type { HostedZone, ResourceRecordSet } from '../../store/route53-records.ts'
import type { Records } from '../../store/store.ts'

/** Why the alias cannot be; nothing for a set that is none. `sets` are those of the zone by id, with the alias. */
export function aliasProblem(
  records: Records,
  zone: HostedZone,
  { alias, type }: ResourceRecordSet,
  sets: ReadonlyMap<string, ResourceRecordSet>,
): string[] {
  if (!alias) return []
  const tried = `Tried to create an alias that targets ${formatDomainName(alias.dnsName)}, type ${type} in zone ${alias.hostedZoneId}, but`
  if (type === 'NS' || type === 'SOA') return [`${tried} a record of type ${type} cannot be an alias`]
  if (alias.hostedZoneId === zone.id) {
    const isInside = alias.dnsName === zone.name || alias.dnsName.endsWith(`.${zone.name}`)
    if (!isInside) return [`${tried} the alias target name does not lie within the target zone`]
    const isThere = [...sets.values()].some((set) => set.name === alias.dnsName && set.type === type)
    return isThere ? [] : [`${tried} that target was not found`]
  }
  const holder = publicZoneOf(records, alias.dnsName)
  if (holder === undefined || (type !== 'A' && type !== 'AAAA')) return [`${tried} that target was not found`]
  return alias.hostedZoneId === holder ? [] : [`${tried} the alias target name does not lie within the target zone`]
}

/** The id of the zone of AWS's that holds the name of a load balancer or endpoint, whoever has it; undefined for any other. */
function publicZoneOf(records: Records, name: string): string | undefined {
  const balancer = loadBalancerNamed(records, name)
  if (balancer) return balancer.canonicalHostedZoneId
  const endpoint = endpointNamed(records, name)
  return endpoint && vpceHostedZoneId(endpoint.serviceRegion ?? endpoint.region)
}

/** The load balancer of anybody that has this regional or zonal name. */
function loadBalancerNamed({ loadBalancers, networkInterfaces, subnets }: Records, name: string) {
  const isNamed = ({ id, dnsName }: LoadBalancer) => {
    const regional = dnsName?.toLowerCase()
    if (regional === undefined || !name.endsWith(regional)) return false
    const zones = networkInterfaces
      .where('loadBalancerId', id)
      .flatMap(({ subnetId }) => subnets.get(subnetId)?.availabilityZone ?? [])
    return name === regional || zones.some((zone) => name === `${zone}.${regional}`)
  }
  for (const balancer of loadBalancers.all()) if (isNamed(balancer)) return balancer
  return undefined
}

/** The endpoint of anybody that has this regional or zonal name. */
function endpointNamed({ vpcEndpoints, networkInterfaces, subnets }: Records, name: string): VpcEndpoint | undefined {
  const id = /(?:^|\.)(?<id>vpce-[0-9a-f]+)-[^.]+\.[a-z0-9.-]+\.vpce\.(?:amazonaws\.com|sagemaker\.aws)$/.exec(name)
    ?.groups?.id
  const endpoint = id === undefined ? undefined : vpcEndpoints.get(id)
  if (endpoint?.type !== 'Interface' || endpoint.state === 'deleting') return undefined
  const zones = networkInterfaces
    .where('vpcEndpointId', endpoint.id)
    .flatMap(({ subnetId }) => subnets.get(subnetId)?.availabilityZone ?? [])
  const { regional, zonal } = endpointNames(endpoint, zones)
  const isNamed = [regional, ...zonal.map((zone) => zone.name)].some((one) =>
    one.startsWith('*.') ? name === one || name.endsWith(one.slice(1)) : name === one,
  )
  return isNamed ? endpoint : undefined
}
