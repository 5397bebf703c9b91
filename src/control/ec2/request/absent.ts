// Kinds of resources of which there are none here, and which clients list all the same: an empty list, or that the one
// which is named is not there.

import { ApiError } from '../../../errors.ts'
import type { ReadOperation } from '../../caller.ts'
import { type PageRequest, pageOf } from './pages.ts'

interface AbsentKind {
  /** The member of the answer. */
  readonly list: string
  /** The parameter that names some, the code of one that is not there, and what stands before its id in the message. */
  readonly named?: readonly [parameter: string, code: string, what: string]
}

/** By operation. */
export const ABSENT: Readonly<Record<string, AbsentKind>> = {
  DescribeByoipCidrs: { list: 'ByoipCidrs' },
  DescribeCapacityReservations: named(
    'CapacityReservations',
    'CapacityReservationIds',
    'InvalidCapacityReservationId.NotFound',
    'capacity reservation ID',
  ),
  DescribeCarrierGateways: named(
    'CarrierGateways',
    'CarrierGatewayIds',
    'InvalidCarrierGatewayID.NotFound',
    'carrierGateway ID',
  ),
  DescribeClientVpnEndpoints: named(
    'ClientVpnEndpoints',
    'ClientVpnEndpointIds',
    'InvalidClientVpnEndpointId.NotFound',
    'Client VPN endpoint ID',
  ),
  DescribeCoipPools: named('CoipPools', 'PoolIds', 'InvalidPoolID.NotFound', 'pool ID'),
  DescribeHosts: named('Hosts', 'HostIds', 'InvalidHostID.NotFound', 'host ID'),
  DescribeInstanceEventWindows: named(
    'InstanceEventWindows',
    'InstanceEventWindowIds',
    'InvalidInstanceEventWindowId.NotFound',
    'instance event window ID',
  ),
  // Only types for high performance computing have one, and none of them is offered.
  DescribeInstanceTopology: { list: 'Instances' },
  DescribeIpv6Pools: named('Ipv6Pools', 'PoolIds', 'InvalidPoolID.NotFound', 'pool ID'),
  DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations: {
    list: 'LocalGatewayRouteTableVirtualInterfaceGroupAssociations',
  },
  DescribeLocalGatewayRouteTableVpcAssociations: { list: 'LocalGatewayRouteTableVpcAssociations' },
  DescribeLocalGatewayRouteTables: named(
    'LocalGatewayRouteTables',
    'LocalGatewayRouteTableIds',
    'InvalidLocalGatewayRouteTableID.NotFound',
    'localGatewayRouteTable ID',
  ),
  DescribeLocalGatewayVirtualInterfaceGroups: { list: 'LocalGatewayVirtualInterfaceGroups' },
  DescribeLocalGatewayVirtualInterfaces: { list: 'LocalGatewayVirtualInterfaces' },
  DescribeLocalGateways: named('LocalGateways', 'LocalGatewayIds', 'InvalidLocalGatewayID.NotFound', 'localGateway ID'),
  DescribeMovingAddresses: { list: 'MovingAddressStatuses' },
  DescribePublicIpv4Pools: named('PublicIpv4Pools', 'PoolIds', 'InvalidPublicIpv4PoolID.NotFound', 'pool ID'),
  DescribeReservedInstances: named(
    'ReservedInstances',
    'ReservedInstancesIds',
    'InvalidReservedInstancesId.NotFound',
    'reserved instances ID',
  ),
  DescribeRouteServerEndpoints: { list: 'RouteServerEndpoints' },
  DescribeRouteServerPeers: { list: 'RouteServerPeers' },
  DescribeRouteServers: named('RouteServers', 'RouteServerIds', 'InvalidRouteServerId.NotFound', 'route server ID'),
  DescribeSnapshots: named('Snapshots', 'SnapshotIds', 'InvalidSnapshot.NotFound', 'snapshot'),
  DescribeSpotInstanceRequests: named(
    'SpotInstanceRequests',
    'SpotInstanceRequestIds',
    'InvalidSpotInstanceRequestID.NotFound',
    'spot instance request ID',
  ),
  DescribeTrafficMirrorFilters: named(
    'TrafficMirrorFilters',
    'TrafficMirrorFilterIds',
    'InvalidTrafficMirrorFilterId.NotFound',
    'traffic mirror filter ID',
  ),
  DescribeTrafficMirrorSessions: named(
    'TrafficMirrorSessions',
    'TrafficMirrorSessionIds',
    'InvalidTrafficMirrorSessionId.NotFound',
    'traffic mirror session ID',
  ),
  DescribeTrafficMirrorTargets: named(
    'TrafficMirrorTargets',
    'TrafficMirrorTargetIds',
    'InvalidTrafficMirrorTargetId.NotFound',
    'traffic mirror target ID',
  ),
  DescribeTransitGatewayConnectPeers: { list: 'TransitGatewayConnectPeers' },
  DescribeTransitGatewayConnects: named(
    'TransitGatewayConnects',
    'TransitGatewayAttachmentIds',
    'InvalidTransitGatewayAttachmentID.NotFound',
    'transitGatewayAttachment ID',
  ),
  DescribeTransitGatewayMulticastDomains: { list: 'TransitGatewayMulticastDomains' },
  DescribeTransitGatewayPolicyTables: { list: 'TransitGatewayPolicyTables' },
  DescribeTransitGatewayRouteTableAnnouncements: { list: 'TransitGatewayRouteTableAnnouncements' },
  DescribeVpcEncryptionControls: named(
    'VpcEncryptionControls',
    'VpcEncryptionControlIds',
    'InvalidVpcEncryptionControlId.NotFound',
    'VPC encryption control ID',
  ),
  DescribeVpnConcentrators: { list: 'VpnConcentrators' },
}

type AbsentInput = PageRequest & Readonly<Record<string, unknown>>

/** The operations that list what is not there. */
export const ABSENT_READS: Readonly<Record<string, ReadOperation<AbsentInput, Readonly<Record<string, unknown>>>>> =
  Object.fromEntries(
    Object.entries(ABSENT).flatMap(([operation, kind]) => {
      // As a member of an object it has the operation's name, by which effects.ts knows what a test called.
      return Object.entries({
        [operation]: (_records: unknown, _caller: unknown, input: AbsentInput) => describeAbsent(kind, input),
      })
    }),
  )

function describeAbsent({ list, named: [parameter, code, what] = ['', '', ''] }: AbsentKind, input: AbsentInput) {
  const ids = input[parameter]
  const [first] = Array.isArray(ids) ? ids : []
  if (first !== undefined) throw new ApiError(code, `The ${what} '${String(first)}' does not exist`)
  if (input.NextToken) throw new ApiError('InvalidNextToken', `The token '${input.NextToken}' is invalid`)
  return { [list]: pageOf([], input, String).items }
}

function named(list: string, parameter: string, code: string, what: string): AbsentKind {
  return { list, named: [parameter, code, what] }
}
