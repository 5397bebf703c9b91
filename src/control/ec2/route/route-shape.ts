// A route table as EC2 shows it: the user's routes between what is derived, the `local` routes of the VPC's blocks and
// the prefix list routes of its gateway endpoints.

import type { Route as RouteOutput, RouteState, RouteTable as RouteTableOutput } from '@aws-sdk/client-ec2'
import { shouldRun } from '../../../compile/instance.ts'
import { findVpcAttachment } from '../../../compile/transit-gateway.ts'
import { vpcBlocks } from '../../../compile/vpc-blocks.ts'
import { learntRoutes, vpnGatewayOf } from '../../../compile/vpn-gateway.ts'
import { type Cidr, cidrFamily } from '../../../ip/cidr.ts'
import type {
  NetworkInterfaceId,
  PrefixListId,
  Route,
  RouteDestination,
  RouteTable,
  RouteTarget,
  VpcEndpoint,
} from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { findAwsPrefixListByName } from '../prefix-list/find.ts'
import { tagList } from '../request/tags.ts'

export function toRouteTable(records: Records, table: RouteTable): RouteTableOutput {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: table.owner,
    Routes: shownRoutes(records, table),
    Associations: table.associations.map((association) => ({
      RouteTableAssociationId: association.id,
      RouteTableId: table.id,
      SubnetId: association.subnetId,
      GatewayId: association.gatewayId,
      Main: association.main,
      AssociationState: { State: 'associated' },
    })),
    PropagatingVgws: (table.propagatingVpnGatewayIds ?? []).map((id) => ({ GatewayId: id })),
    Tags: tagList(table.tags),
  }
}

export function shownRoutes(records: Records, table: RouteTable): RouteOutput[] {
  const vpc = records.vpcs.get(table.vpcId)
  const blocks = vpc ? vpcBlocks(vpc) : []
  const routeFor = (cidr: Cidr) =>
    table.routes.find(({ destination }) => destination.kind === 'cidr' && destination.cidr === cidr)
  const replaced = blocks.map(routeFor)
  return [
    ...blocks.map((cidr): RouteOutput => {
      const route = routeFor(cidr)
      return route
        ? { ...toRoute(records, table, route), Origin: 'CreateRouteTable' }
        : {
            ...shownDestination({ kind: 'cidr', cidr }),
            GatewayId: 'local',
            Origin: 'CreateRouteTable',
            State: 'active',
          }
    }),
    ...table.routes.filter((route) => !replaced.includes(route)).map((route) => toRoute(records, table, route)),
    ...endpointRoutes(records, table).map(
      ({ endpoint, prefixListId }): RouteOutput => ({
        DestinationPrefixListId: prefixListId,
        GatewayId: endpoint.id,
        Origin: 'CreateRoute',
        State: 'active',
      }),
    ),
    ...propagatedRoutes(records, table),
  ]
}

/** What the VPC's virtual private gateway learnt; a route that the user made for the same block stands in its place. */
function propagatedRoutes(records: Records, table: RouteTable): RouteOutput[] {
  const vpc = records.vpcs.get(table.vpcId)
  const gateway = vpc && vpnGatewayOf(records, vpc)
  if (!vpc || !gateway || !table.propagatingVpnGatewayIds?.includes(gateway.id)) return []
  const isMade = (cidr: Cidr) =>
    table.routes.some(({ destination }) => destination.kind === 'cidr' && destination.cidr === cidr)
  return learntRoutes(records, vpc, gateway)
    .filter(({ cidr }) => !isMade(cidr))
    .map(({ cidr }) => ({
      ...shownDestination({ kind: 'cidr', cidr }),
      GatewayId: gateway.id,
      Origin: 'EnableVgwRoutePropagation',
      State: 'active',
    }))
}

export interface EndpointRoute {
  readonly endpoint: VpcEndpoint
  readonly prefixListId: PrefixListId
}

/** The routes that gateway endpoints have in this table. An endpoint that is being deleted has lost its own at once. */
export function endpointRoutes(records: Records, table: RouteTable): EndpointRoute[] {
  return records.vpcEndpoints.where('vpcId', table.vpcId).flatMap((endpoint) => {
    if (!endpoint.routeTableIds.includes(table.id) || endpoint.state === 'deleting') return []
    const list = findAwsPrefixListByName(table.region, endpoint.serviceName)
    return list ? [{ endpoint, prefixListId: list.id }] : []
  })
}

function toRoute(records: Records, table: RouteTable, route: Route): RouteOutput {
  return {
    ...shownDestination(route.destination),
    ...shownTarget(records, route.target),
    Origin: 'CreateRoute',
    State: routeState(records, table, route.target),
  }
}

function shownDestination(destination: RouteDestination): RouteOutput {
  if (destination.kind === 'prefixList') return { DestinationPrefixListId: destination.prefixListId }
  return cidrFamily(destination.cidr) === 4
    ? { DestinationCidrBlock: destination.cidr }
    : { DestinationIpv6CidrBlock: destination.cidr }
}

function shownTarget(records: Records, target: RouteTarget): RouteOutput {
  switch (target.kind) {
    case 'internetGateway':
    case 'vpcEndpoint':
    case 'vpnGateway':
    case 'other':
      return { GatewayId: target.id }
    case 'egressOnlyInternetGateway':
      return { EgressOnlyInternetGatewayId: target.id }
    case 'transitGateway':
      return { TransitGatewayId: target.id }
    case 'peering':
      return { VpcPeeringConnectionId: target.id }
    case 'natGateway':
      return { NatGatewayId: target.id }
    case 'networkInterface': {
      const eni = records.networkInterfaces.get(target.id)
      return {
        NetworkInterfaceId: target.id,
        ...(eni?.attachment ? { InstanceId: eni.attachment.instanceId, InstanceOwnerId: eni.owner } : {}),
      }
    }
    default:
      return target satisfies never
  }
}

/** `blackhole` while the target is gone or cannot take packets. */
function routeState(records: Records, table: RouteTable, target: RouteTarget): RouteState {
  switch (target.kind) {
    case 'internetGateway':
      return records.internetGateways.get(target.id)?.vpcId === table.vpcId ? 'active' : 'blackhole'
    case 'peering':
      return records.vpcPeeringConnections.get(target.id)?.state === 'active' ? 'active' : 'blackhole'
    case 'natGateway': {
      const state = records.natGateways.get(target.id)?.state
      return state === 'available' || state === 'pending' ? 'active' : 'blackhole'
    }
    case 'networkInterface':
      return leadsToRunning(records, target.id) ? 'active' : 'blackhole'
    case 'vpcEndpoint': {
      const endpoint = records.vpcEndpoints.get(target.id)
      return endpoint?.state === 'available' || endpoint?.state === 'pending' ? 'active' : 'blackhole'
    }
    case 'egressOnlyInternetGateway':
      return records.egressOnlyInternetGateways.get(target.id)?.vpcId === table.vpcId ? 'active' : 'blackhole'
    case 'transitGateway':
      return findVpcAttachment(records, table.vpcId, target.id) ? 'active' : 'blackhole'
    case 'vpnGateway':
      return records.vpnGateways.get(target.id)?.vpcId === table.vpcId ? 'active' : 'blackhole'
    case 'other':
      return 'blackhole'
    default:
      return target satisfies never
  }
}

function leadsToRunning(records: Records, id: NetworkInterfaceId): boolean {
  const attachment = records.networkInterfaces.get(id)?.attachment
  const instance = attachment && records.instances.get(attachment.instanceId)
  return instance !== undefined && shouldRun(instance)
}
