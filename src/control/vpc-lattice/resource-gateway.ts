// Resource gateways: where traffic for resources enters their VPC. A gateway has a network interface in each of its
// subnets, one in a zone; nobody but Lattice changes them, and resources see their addresses.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/resource-gateway.html

import type {
  CreateResourceGatewayRequest,
  CreateResourceGatewayResponse,
  DeleteResourceGatewayRequest,
  DeleteResourceGatewayResponse,
  GetResourceGatewayRequest,
  GetResourceGatewayResponse,
  ListResourceGatewaysRequest,
  ListResourceGatewaysResponse,
  UpdateResourceGatewayRequest,
  UpdateResourceGatewayResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { ResourceGateway } from '../../store/lattice-records.ts'
import type { SecurityGroupId, Subnet, Vpc } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { takeAddresses } from '../ec2/network-interface/interface-address.ts'
import { defaultGroupIds, insertNetworkInterface } from '../ec2/network-interface/new-network-interface.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { conflict, notServed, validationError } from './errors.ts'
import { allOwn, latticeArn, requireOwn } from './find.ts'
import { findMade, idempotent, inLatticeWords, pageOf, required, requireName, requireTags } from './names.ts'
import { requireOwnGroups, requireOwnSubnet, requireOwnVpc } from './network.ts'

const GATEWAYS_PER_VPC = 100
const ADDRESSES_PER_ENI = { default: 16, most: 62 }
const TYPE = 'RESOURCE_GATEWAY'

export function createResourceGateway(
  tx: Tx,
  caller: Caller,
  input: CreateResourceGatewayRequest,
): CreateResourceGatewayResponse {
  const call = idempotent('CreateResourceGateway', input)
  const made = tx.resourceGateways.get(findMade(tx, caller, call))
  if (made) return created(tx, made)
  const name = requireName(input.name, 40)
  if (allOwn(tx, caller, 'rgw').some((one) => one.name === name)) {
    throw conflict(`A resource gateway with the name ${name} already exists.`, TYPE, name)
  }
  checkAddressType(input.ipAddressType)
  const vpc = requireOwnVpc(tx, caller, input.vpcIdentifier)
  const subnets = requireSubnets(tx, caller, vpc, input.subnetIds)
  const groupIds = groupsOf(tx, caller, vpc, input.securityGroupIds)
  if (tx.resourceGateways.where('vpcId', vpc.id).length >= GATEWAYS_PER_VPC) {
    throw validationError(`The VPC ${vpc.id} has ${GATEWAYS_PER_VPC} resource gateways, which is the most.`)
  }
  const gateway = tx.resourceGateways.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id: tx.newId('rgw'),
    name,
    vpcId: vpc.id,
    groupIds,
    ipv4AddressesPerEni: requireAddressCount(input.ipv4AddressesPerEni),
    dnsResolution: input.resourceConfigDnsResolution === 'IN_VPC' ? 'IN_VPC' : 'PUBLIC',
    updatedAt: caller.now.toISOString(),
  })
  insertInterfaces(tx, caller, gateway, subnets)
  rememberMade(tx, caller, call, gateway.id)
  return created(tx, gateway)
}

export function getResourceGateway(
  records: Records,
  caller: Caller,
  input: GetResourceGatewayRequest,
): GetResourceGatewayResponse {
  const gateway = requireOwn(records, caller, 'rgw', input.resourceGatewayIdentifier)
  return { ...common(records, gateway), ...times(gateway), vpcId: gateway.vpcId, ...details(gateway) }
}

export function listResourceGateways(
  records: Records,
  caller: Caller,
  input: ListResourceGatewaysRequest,
): ListResourceGatewaysResponse {
  const { page, more } = pageOf(allOwn(records, caller, 'rgw'), input)
  const items = page.map((gateway) => ({
    ...common(records, gateway),
    ...times(gateway),
    ...details(gateway),
    vpcIdentifier: gateway.vpcId,
  }))
  return { items, ...more }
}

/** Only its groups can change. */
export function updateResourceGateway(
  tx: Tx,
  caller: Caller,
  input: UpdateResourceGatewayRequest,
): UpdateResourceGatewayResponse {
  const gateway = requireOwn(tx, caller, 'rgw', input.resourceGatewayIdentifier)
  const vpc = requireOwnVpc(tx, caller, gateway.vpcId)
  const groupIds =
    input.securityGroupIds === undefined ? gateway.groupIds : requireOwnGroups(tx, caller, vpc, input.securityGroupIds)
  const changed = tx.resourceGateways.update(gateway.id, { groupIds, updatedAt: caller.now.toISOString() })
  for (const eni of interfacesOfGateway(tx, gateway)) tx.networkInterfaces.update(eni.id, { groupIds })
  return { ...common(tx, changed), vpcId: changed.vpcId }
}

/** Not while a resource configuration needs it. */
export function deleteResourceGateway(
  tx: Tx,
  caller: Caller,
  input: DeleteResourceGatewayRequest,
): DeleteResourceGatewayResponse {
  const gateway = requireOwn(tx, caller, 'rgw', input.resourceGatewayIdentifier)
  const [user] = tx.resourceConfigurations.where('resourceGatewayId', gateway.id)
  if (user) {
    throw conflict(
      `The resource gateway ${gateway.id} is in use by the resource configuration ${user.id}.`,
      TYPE,
      gateway.id,
    )
  }
  for (const { id } of interfacesOfGateway(tx, gateway)) tx.networkInterfaces.delete(id)
  tx.resourceGateways.delete(gateway.id)
  forgetMade(tx, gateway.id)
  const { id, name } = gateway
  return { id, arn: latticeArn(gateway), name, status: 'DELETE_IN_PROGRESS' }
}

function interfacesOfGateway(records: Records, { id }: ResourceGateway) {
  return records.networkInterfaces.where('resourceGatewayId', id)
}

function insertInterfaces(tx: Tx, caller: Caller, gateway: ResourceGateway, subnets: readonly Subnet[]): void {
  const wanted = subnets.map((subnet) => ({ subnet, secondary: [], secondaryCount: 0 }))
  const addresses = inLatticeWords(() => takeAddresses(tx, wanted))
  for (const [index, subnet] of subnets.entries()) {
    insertNetworkInterface(tx, caller, {
      subnet,
      addresses: addresses[index] ?? [],
      groupIds: gateway.groupIds,
      description: `VPC Lattice Resource Gateway ${gateway.id}`,
      resourceGatewayId: gateway.id,
    })
  }
}

function requireSubnets(
  records: Records,
  caller: Caller,
  vpc: Vpc,
  ids: readonly string[] | undefined,
): readonly Subnet[] {
  const subnets = [...new Set(required('subnetIds', ids))].map((id) => requireOwnSubnet(records, caller, vpc, id))
  if (subnets.length === 0) throw validationError('A resource gateway needs at least one subnet.')
  const zones = new Set<string>()
  for (const { id, availabilityZoneId } of subnets) {
    if (zones.has(availabilityZoneId)) {
      throw validationError(
        `The subnet ${id} is in a zone of another of the subnets (${availabilityZoneId}); use one in a zone.`,
      )
    }
    zones.add(availabilityZoneId)
  }
  return subnets
}

function groupsOf(records: Records, caller: Caller, vpc: Vpc, ids: readonly string[] | undefined): SecurityGroupId[] {
  const groups = requireOwnGroups(records, caller, vpc, ids ?? [])
  return groups.length > 0 ? groups : defaultGroupIds(records, vpc.id, caller.account)
}

function checkAddressType(type: string | undefined): void {
  if (type === undefined || type === 'IPV4') return
  throw notServed(`The IP address type ${type} of resource gateways`)
}

function requireAddressCount(count: number | undefined): number {
  if (count === undefined) return ADDRESSES_PER_ENI.default
  if (Number.isInteger(count) && count >= 1 && count <= ADDRESSES_PER_ENI.most) return count
  throw validationError(`ipv4AddressesPerEni is a number between 1 and ${ADDRESSES_PER_ENI.most}.`)
}

function created(records: Records, gateway: ResourceGateway): CreateResourceGatewayResponse {
  return { ...common(records, gateway), ...details(gateway), vpcIdentifier: gateway.vpcId }
}

function common(records: Records, gateway: ResourceGateway) {
  return {
    id: gateway.id,
    name: gateway.name,
    arn: latticeArn(gateway),
    status: 'ACTIVE' as const,
    subnetIds: interfacesOfGateway(records, gateway).map(({ subnetId }) => subnetId),
    securityGroupIds: [...gateway.groupIds],
    ipAddressType: 'IPV4' as const,
  }
}

function details({ ipv4AddressesPerEni, dnsResolution }: ResourceGateway) {
  return { ipv4AddressesPerEni, resourceConfigDnsResolution: dnsResolution }
}

function times({ createdAt, updatedAt }: ResourceGateway) {
  return { createdAt: new Date(createdAt), lastUpdatedAt: new Date(updatedAt) }
}
