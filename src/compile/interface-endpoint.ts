// Interface endpoints: their interfaces, groups and names.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { EndpointService } from '../store/load-balancing-records.ts'
import type { NetworkInterfaceId, Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { endpointNames } from './endpoint-names.ts'
import { compileProvider, endpointInterfaces, isInForce, loadBalancersOf, servingNodes } from './endpoint-service.ts'
import type { EndpointInterfaceNetwork, EndpointNames, InterfaceEndpointNetwork, ProviderNetwork } from './network.ts'
import { withdrawnNodes } from './node-withdrawal.ts'

export function compileInterfaceEndpoints(records: Records, vpc: Vpc): InterfaceEndpointNetwork[] {
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .filter((endpoint) => endpoint.type === 'Interface' && isInForce(endpoint))
    .flatMap((endpoint) => {
      const owned = findService(records, endpoint)
      if (owned === 'gone') return []
      const interfaces = compileEndpointInterfaces(records, endpoint, owned?.record)
      return [
        {
          id: endpoint.id,
          owner: endpoint.owner,
          kind: 'interface' as const,
          serviceName: endpoint.serviceName,
          policyDocument: endpoint.policyDocument,
          groupIds: [...endpoint.groupIds].sort(),
          interfaces,
          names: namesInForce(vpc, endpoint, interfaces),
          ...(owned && { service: owned.provider }),
        },
      ]
    })
}

interface OwnedService {
  readonly record: EndpointService
  readonly provider: ProviderNetwork
}

/** Undefined for AWS's services. An endpoint whose service is gone leads nowhere, least of all to the edge. */
function findService(records: Records, { endpointServiceId }: VpcEndpoint): OwnedService | 'gone' | undefined {
  if (endpointServiceId === undefined) return undefined
  const record = records.endpointServices.get(endpointServiceId)
  const provider = record && compileProvider(records, record)
  return record && provider ? { record, provider } : 'gone'
}

function compileEndpointInterfaces(
  records: Records,
  endpoint: VpcEndpoint,
  service: EndpointService | undefined,
): EndpointInterfaceNetwork[] {
  const nodes = service && servingNodes(records, service, endpoint)
  const withdrawn = service && withdrawnNodesOf(records, service)
  return endpointInterfaces(records, endpoint).flatMap((eni) => {
    const [address] = eni.privateAddresses
    const subnet = records.subnets.get(eni.subnetId)
    if (!address || !subnet) return []
    const { availabilityZone, availabilityZoneId } = subnet
    const nodeId = nodes?.get(eni.id)?.networkInterface.id
    const isWithdrawn =
      records.withdrawnZones.get(availabilityZoneId) !== undefined ||
      (service !== undefined && (nodeId === undefined || withdrawn?.has(nodeId)))
    return [
      {
        id: eni.id,
        subnetId: subnet.id,
        availabilityZone,
        address,
        backboneAddress: eni.backboneAddress,
        ...(nodeId && { nodeId }),
        ...(isWithdrawn && { withdrawn: true as const }),
      },
    ]
  })
}

function withdrawnNodesOf(records: Records, service: EndpointService): ReadonlySet<NetworkInterfaceId> {
  return new Set(
    loadBalancersOf(records, service).flatMap((loadBalancer) => [...withdrawnNodes(records, loadBalancer)]),
  )
}

/** Private names answer only while the VPC has both of its DNS attributes on, also when one was turned off later. */
function namesInForce(vpc: Vpc, endpoint: VpcEndpoint, interfaces: readonly EndpointInterfaceNetwork[]): EndpointNames {
  const names = endpointNames(
    endpoint,
    interfaces.map((one) => one.availabilityZone),
  )
  const inForce =
    endpoint.privateDnsEnabled &&
    !endpoint.privateDnsOnlyForInboundResolverEndpoint &&
    vpc.enableDnsSupport &&
    vpc.enableDnsHostnames
  return inForce ? names : { ...names, private: [] }
}
