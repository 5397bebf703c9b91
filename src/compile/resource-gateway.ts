// Resource gateways, as the resources' VPC meets them: nodes, and what comes in through them by endpoints of any VPC.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/resource-gateway.html

import type { Address } from '../ip/address.ts'
import type { ResourceConfiguration, ResourceGateway, ResourceGatewayId } from '../store/lattice-records.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { isInForce } from './endpoint-service.ts'
import type { LoadBalancerNodeNetwork, ResourceConnectionNetwork, ResourceGatewayNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileResourceGateways(records: Records, vpc: Vpc): ResourceGatewayNetwork[] {
  return records.resourceGateways
    .where('vpcId', vpc.id)
    .map((gateway) => ({
      id: gateway.id,
      owner: gateway.owner,
      groupIds: [...gateway.groupIds].sort(),
      nodes: gatewayNodes(records, gateway.id),
      connections: records.resourceConfigurations
        .where('resourceGatewayId', gateway.id)
        .flatMap((configuration) => connectionsOf(records, gateway, configuration))
        .sort((a, b) => (a.backboneAddress < b.backboneAddress ? -1 : 1)),
    }))
    .sort(byId)
}

/** By subnet id. */
export function gatewayNodes(records: Records, id: ResourceGatewayId): LoadBalancerNodeNetwork[] {
  return records.networkInterfaces
    .where('resourceGatewayId', id)
    .flatMap((eni) => {
      const subnet = records.subnets.get(eni.subnetId)
      const [address] = eni.privateAddresses
      if (!subnet || !address) return []
      const { availabilityZone, availabilityZoneId } = subnet
      const { backboneAddress } = eni
      return [{ id: eni.id, subnetId: subnet.id, availabilityZone, availabilityZoneId, address, backboneAddress }]
    })
    .sort((a, b) => (a.subnetId < b.subnetId ? -1 : 1))
}

function connectionsOf(
  records: Records,
  gateway: ResourceGateway,
  configuration: ResourceConfiguration,
): ResourceConnectionNetwork[] {
  const nodes = gatewayNodes(records, gateway.id)
  const place = placeOf(records, gateway, configuration)
  return records.endpointAssociations.where('resourceConfigurationId', configuration.id).flatMap((association) => {
    const endpoint = records.vpcEndpoints.get(association.vpcEndpointId)
    if (!endpoint || !isInForce(endpoint)) return []
    return records.endpointAssociationAddresses
      .where('associationId', association.id)
      .flatMap(({ networkInterfaceId, backboneAddress }): ResourceConnectionNetwork[] => {
        const subnetId = records.networkInterfaces.get(networkInterfaceId)?.subnetId ?? ''
        const zoneId = records.subnets.get(subnetId)?.availabilityZoneId
        const node = nodes.find(({ availabilityZoneId }) => availabilityZoneId === zoneId)
        if (!node) return []
        return [
          {
            endpointId: endpoint.id,
            consumer: endpoint.owner,
            backboneAddress,
            nodeId: node.id,
            resourceConfigurationId: configuration.id,
            portRanges: configuration.portRanges,
            ...place,
          },
        ]
      })
  })
}

function placeOf(
  records: Records,
  gateway: ResourceGateway,
  { definition }: ResourceConfiguration,
): Pick<ResourceConnectionNetwork, 'target' | 'domainName'> {
  switch (definition?.kind) {
    case 'ip':
      return { target: definition.address }
    case 'dns':
      return { domainName: { name: definition.domainName, resolution: gateway.dnsResolution } }
    case 'arn':
      return placeOfArn(records, gateway, definition.arn)
    case undefined:
      return {}
    default:
      return definition satisfies never
  }
}

/** What the ARN names may be gone, or have another address now. A load balancer is called by its name. */
function placeOfArn(
  records: Records,
  gateway: ResourceGateway,
  arn: string,
): Pick<ResourceConnectionNetwork, 'target' | 'domainName'> {
  const dnsName = records.loadBalancers.get(arn)?.dnsName
  if (dnsName !== undefined) return { domainName: { name: dnsName.toLowerCase(), resolution: 'PUBLIC' } }
  const id = arn.slice(arn.lastIndexOf('/') + 1)
  const eni =
    records.networkInterfaces.get(id) ??
    records.networkInterfaces.where('vpcId', gateway.vpcId).find((one) => isPrimaryOf(one.attachment, id))
  const target: Address | undefined = eni?.privateAddresses[0]
  return target ? { target } : {}
}

function isPrimaryOf(
  attachment: { readonly instanceId: string; readonly deviceIndex: number } | undefined,
  instanceId: string,
): boolean {
  return attachment?.instanceId === instanceId && attachment.deviceIndex === 0
}
