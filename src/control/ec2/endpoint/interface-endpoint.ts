// Endpoints of type Interface: network interfaces in subnets, security groups, names.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { invalidParameter } from '../../../errors.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireGroupsOfVpc } from '../network-interface/network-interface-attribute.ts'
import { defaultGroupIds } from '../network-interface/new-network-interface.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireVpc } from '../request/require.ts'
import { checkNamedFamilies, checkSubnetFamilies, requireFamilies } from './address-family.ts'
import {
  addEndpointInterfaces,
  checkZones,
  interfacesOfEndpoint,
  matchFamilies,
  type Placement,
  requirePlacements,
} from './endpoint-interface.ts'
import { requireNewGroups, requireSubnetChange } from './endpoint-modification.ts'
import { DEFAULT_INTERFACE_POLICY, requirePolicy } from './endpoint-policy.ts'
import type { NewVpcEndpoint } from './new-vpc-endpoint.ts'
import type { ServiceOffer } from './offer.ts'
import { type PrivateDns, requirePrivateDns } from './private-dns.ts'

type InterfaceEndpointFields = PrivateDns &
  Pick<VpcEndpoint, 'type' | 'policyDocument' | 'groupIds' | 'ipAddressType' | 'dnsRecordIpType'>

/** What a new interface endpoint has by its type, and where its interfaces go; nothing is written. */
export function interfaceEndpointOf(
  records: Records,
  caller: Caller,
  { vpc, service, input }: NewVpcEndpoint<CreateVpcEndpointRequest>,
): { readonly fields: InterfaceEndpointFields; readonly placements: readonly Placement[] } {
  checkServiceRegion(caller, service, input.ServiceRegion)
  checkInterfaceParameters(input.RouteTableIds, input)
  const families = requireFamilies(service, { ...input, IpAddressType: input.IpAddressType ?? 'ipv4' })
  const placements = requirePlacements(records, caller, vpc, {
    ids: input.SubnetIds,
    configurations: input.SubnetConfigurations,
  })
  const subnets = placements.map(({ subnet }) => subnet)
  checkZones(service, [], subnets)
  checkSubnetFamilies(families.ipAddressType, subnets)
  checkNamedFamilies(families.ipAddressType, placements)
  const groupIds = requireGroupsOfVpc(records, caller, vpc.id, input.SecurityGroupIds ?? [])
  return {
    fields: {
      type: 'Interface',
      policyDocument: requirePolicy(service, input, DEFAULT_INTERFACE_POLICY),
      groupIds: groupIds.length > 0 ? groupIds : defaultGroupIds(records, vpc.id, caller.account),
      ...families,
      ...requirePrivateDns(records, vpc, service, input),
    },
    placements,
  }
}

/** The endpoint is `pending` until the kernel has the change; what it had before serves on meanwhile. One that waits for
 * its acceptance waits on. */
export function modifyInterfaceEndpoint(
  tx: Tx,
  caller: Caller,
  endpoint: VpcEndpoint,
  { service, input }: { readonly service: ServiceOffer; readonly input: ModifyVpcEndpointRequest },
): void {
  const tables = [...(input.AddRouteTableIds ?? []), ...(input.RemoveRouteTableIds ?? [])]
  checkInterfaceParameters(tables, input)
  const families = requireFamilies(service, input, endpoint)
  const vpc = requireVpc(tx, caller, endpoint.vpcId)
  const groupIds = requireNewGroups(tx, caller, endpoint, input)
  const privateDns = requirePrivateDns(tx, vpc, service, input, endpoint)
  const policyDocument = requirePolicy(service, input, DEFAULT_INTERFACE_POLICY, endpoint.policyDocument)
  const { kept, added, gone } = requireSubnetChange(tx, caller, endpoint, input)
  const subnets = added.map(({ subnet }) => subnet)
  checkZones(service, kept, subnets)
  checkSubnetFamilies(families.ipAddressType, [...kept, ...subnets])
  checkNamedFamilies(families.ipAddressType, added)
  for (const { id } of gone) tx.networkInterfaces.delete(id)
  matchFamilies(tx, endpoint, families.ipAddressType)
  addEndpointInterfaces(tx, caller, { ...endpoint, ...families, groupIds }, added)
  for (const eni of interfacesOfEndpoint(tx, endpoint)) tx.networkInterfaces.update(eni.id, { groupIds })
  const state = endpoint.state === 'pendingAcceptance' ? endpoint.state : 'pending'
  tx.vpcEndpoints.update(endpoint.id, { groupIds, policyDocument, ...families, ...privateDns, state })
}

/** What an interface endpoint has not: route tables; and what is not there yet. */
function checkInterfaceParameters(
  routeTableIds: readonly string[] | undefined,
  input: Pick<CreateVpcEndpointRequest, 'DnsOptions'>,
): void {
  if ((routeTableIds ?? []).length > 0) {
    throw invalidParameter('Route table IDs are only supported for Gateway type VPC Endpoint.')
  }
  refuseUnserved({
    'dnsOptions.privateDnsPreference': input.DnsOptions?.PrivateDnsPreference,
    'dnsOptions.privateDnsSpecifiedDomains': input.DnsOptions?.PrivateDnsSpecifiedDomains,
  })
}

/** A user's service was looked for in the region that was asked for. */
function checkServiceRegion(caller: Caller, service: ServiceOffer, region: string | undefined): void {
  if (service.own || region === undefined || region === '' || region === caller.region) return
  throw invalidParameter(
    `The VPC endpoint service ${service.name} is not available for access from the region ${caller.region} to ${region}.`,
  )
}
