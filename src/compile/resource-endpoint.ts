// Endpoints of type Resource and ServiceNetwork, as their own VPC meets them.
// https://docs.aws.amazon.com/vpc/latest/privatelink/use-resource-endpoint.html

import type { EndpointAssociation } from '../store/lattice-records.ts'
import type { Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { isInForce } from './endpoint-service.ts'
import type { EndpointResourceNetwork, ResourceEndpointNetwork } from './network.ts'
import { byId } from './order.ts'
import { gatewayNodes } from './resource-gateway.ts'
import { endpointResourceName, privateResourceName } from './resource-names.ts'

export function compileResourceEndpoints(records: Records, vpc: Vpc): ResourceEndpointNetwork[] {
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .flatMap((endpoint): ResourceEndpointNetwork[] => {
      const { id, owner, type, groupIds } = endpoint
      if ((type !== 'Resource' && type !== 'ServiceNetwork') || !isInForce(endpoint)) return []
      const resources = records.endpointAssociations
        .where('vpcEndpointId', id)
        .flatMap((association) => compileResource(records, vpc, endpoint, association))
        .sort(byId)
      return [{ id, owner, type, groupIds: [...groupIds].sort(), resources }]
    })
    .sort(byId)
}

function compileResource(
  records: Records,
  vpc: Vpc,
  endpoint: VpcEndpoint,
  association: EndpointAssociation,
): EndpointResourceNetwork[] {
  const configuration = records.resourceConfigurations.get(association.resourceConfigurationId)
  if (!configuration) return []
  const answersPrivately = vpc.enableDnsSupport && vpc.enableDnsHostnames
  const privateName = answersPrivately ? privateResourceName(records, endpoint, association) : undefined
  return [
    {
      id: association.id,
      resourceConfigurationId: configuration.id,
      name: endpointResourceName(association),
      ...(privateName !== undefined && { privateName }),
      portRanges: configuration.portRanges,
      interfaces: compileInterfaces(records, association),
    },
  ]
}

/** The gateway has no node in every zone: where it has none the address leads nowhere, and no name gives it out. */
function compileInterfaces(records: Records, association: EndpointAssociation): EndpointResourceNetwork['interfaces'] {
  const configuration = records.resourceConfigurations.get(association.resourceConfigurationId)
  const nodes = configuration ? gatewayNodes(records, configuration.resourceGatewayId) : []
  return records.endpointAssociationAddresses
    .where('associationId', association.id)
    .flatMap(({ networkInterfaceId, address, backboneAddress }) => {
      const subnet = records.subnets.get(records.networkInterfaces.get(networkInterfaceId)?.subnetId ?? '')
      if (!subnet) return []
      const { availabilityZone, availabilityZoneId } = subnet
      const node = nodes.find((one) => one.availabilityZoneId === availabilityZoneId)
      const isWithdrawn = node === undefined || records.withdrawnZones.get(availabilityZoneId) !== undefined
      return [
        {
          id: networkInterfaceId,
          subnetId: subnet.id,
          availabilityZone,
          availabilityZoneId,
          address,
          backboneAddress,
          ...(node && { nodeId: node.id }),
          ...(isWithdrawn && { withdrawn: true as const }),
        },
      ]
    })
    .sort((a, b) => (a.subnetId < b.subnetId ? -1 : 1))
}
