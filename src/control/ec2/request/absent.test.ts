// Lists of what there is none of, as clients ask for them.

import { beforeAll, expect, test } from 'vitest'
import { ABSENT_READS } from './absent.ts'
import { openWorld, refusal, type World } from './testing.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

const EMPTY: readonly (readonly [operation: string, list: string])[] = [
  ['DescribeByoipCidrs', 'ByoipCidrs'],
  ['DescribeCapacityReservations', 'CapacityReservations'],
  ['DescribeCarrierGateways', 'CarrierGateways'],
  ['DescribeClientVpnEndpoints', 'ClientVpnEndpoints'],
  ['DescribeCoipPools', 'CoipPools'],
  ['DescribeHosts', 'Hosts'],
  ['DescribeInstanceEventWindows', 'InstanceEventWindows'],
  ['DescribeInstanceTopology', 'Instances'],
  ['DescribeIpv6Pools', 'Ipv6Pools'],
  [
    'DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations',
    'LocalGatewayRouteTableVirtualInterfaceGroupAssociations',
  ],
  ['DescribeLocalGatewayRouteTableVpcAssociations', 'LocalGatewayRouteTableVpcAssociations'],
  ['DescribeLocalGatewayRouteTables', 'LocalGatewayRouteTables'],
  ['DescribeLocalGatewayVirtualInterfaceGroups', 'LocalGatewayVirtualInterfaceGroups'],
  ['DescribeLocalGatewayVirtualInterfaces', 'LocalGatewayVirtualInterfaces'],
  ['DescribeLocalGateways', 'LocalGateways'],
  ['DescribeMovingAddresses', 'MovingAddressStatuses'],
  ['DescribePublicIpv4Pools', 'PublicIpv4Pools'],
  ['DescribeReservedInstances', 'ReservedInstances'],
  ['DescribeRouteServerEndpoints', 'RouteServerEndpoints'],
  ['DescribeRouteServerPeers', 'RouteServerPeers'],
  ['DescribeRouteServers', 'RouteServers'],
  ['DescribeSnapshots', 'Snapshots'],
  ['DescribeSpotInstanceRequests', 'SpotInstanceRequests'],
  ['DescribeTrafficMirrorFilters', 'TrafficMirrorFilters'],
  ['DescribeTrafficMirrorSessions', 'TrafficMirrorSessions'],
  ['DescribeTrafficMirrorTargets', 'TrafficMirrorTargets'],
  ['DescribeTransitGatewayConnectPeers', 'TransitGatewayConnectPeers'],
  ['DescribeTransitGatewayConnects', 'TransitGatewayConnects'],
  ['DescribeTransitGatewayMulticastDomains', 'TransitGatewayMulticastDomains'],
  ['DescribeTransitGatewayPolicyTables', 'TransitGatewayPolicyTables'],
  ['DescribeTransitGatewayRouteTableAnnouncements', 'TransitGatewayRouteTableAnnouncements'],
  ['DescribeVpcEncryptionControls', 'VpcEncryptionControls'],
  ['DescribeVpnConcentrators', 'VpnConcentrators'],
]

test('every one of them is here', () => {
  expect(EMPTY.map(([operation]) => operation).sort()).toEqual(Object.keys(ABSENT_READS).sort())
})

test.each(EMPTY)('%s gives no %s, and takes no token and no page that AWS does not', (operation, list) => {
  const describeAbsent = ABSENT_READS[operation]!
  expect(world.read(describeAbsent, {})).toEqual({ [list]: [] })
  refusal(() => world.read(describeAbsent, { NextToken: 'not-ours' }), 'InvalidNextToken')
  refusal(() => world.read(describeAbsent, { MaxResults: 2 }), 'InvalidMaxResults')
})

test.each([
  ['DescribeCapacityReservations', 'CapacityReservationIds', 'InvalidCapacityReservationId.NotFound'],
  ['DescribeCarrierGateways', 'CarrierGatewayIds', 'InvalidCarrierGatewayID.NotFound'],
  ['DescribeClientVpnEndpoints', 'ClientVpnEndpointIds', 'InvalidClientVpnEndpointId.NotFound'],
  ['DescribeCoipPools', 'PoolIds', 'InvalidPoolID.NotFound'],
  ['DescribeHosts', 'HostIds', 'InvalidHostID.NotFound'],
  ['DescribeInstanceEventWindows', 'InstanceEventWindowIds', 'InvalidInstanceEventWindowId.NotFound'],
  ['DescribeIpv6Pools', 'PoolIds', 'InvalidPoolID.NotFound'],
  ['DescribeLocalGatewayRouteTables', 'LocalGatewayRouteTableIds', 'InvalidLocalGatewayRouteTableID.NotFound'],
  ['DescribeLocalGateways', 'LocalGatewayIds', 'InvalidLocalGatewayID.NotFound'],
  ['DescribePublicIpv4Pools', 'PoolIds', 'InvalidPublicIpv4PoolID.NotFound'],
  ['DescribeReservedInstances', 'ReservedInstancesIds', 'InvalidReservedInstancesId.NotFound'],
  ['DescribeRouteServers', 'RouteServerIds', 'InvalidRouteServerId.NotFound'],
  ['DescribeSnapshots', 'SnapshotIds', 'InvalidSnapshot.NotFound'],
  ['DescribeSpotInstanceRequests', 'SpotInstanceRequestIds', 'InvalidSpotInstanceRequestID.NotFound'],
  ['DescribeTrafficMirrorFilters', 'TrafficMirrorFilterIds', 'InvalidTrafficMirrorFilterId.NotFound'],
  ['DescribeTrafficMirrorSessions', 'TrafficMirrorSessionIds', 'InvalidTrafficMirrorSessionId.NotFound'],
  ['DescribeTrafficMirrorTargets', 'TrafficMirrorTargetIds', 'InvalidTrafficMirrorTargetId.NotFound'],
  ['DescribeTransitGatewayConnects', 'TransitGatewayAttachmentIds', 'InvalidTransitGatewayAttachmentID.NotFound'],
  ['DescribeVpcEncryptionControls', 'VpcEncryptionControlIds', 'InvalidVpcEncryptionControlId.NotFound'],
])('%s with %s of one: %s', (operation, parameter, code) => {
  expect(refusal(() => world.read(ABSENT_READS[operation]!, { [parameter]: ['none-01'] }), code)).toContain('none-01')
})
