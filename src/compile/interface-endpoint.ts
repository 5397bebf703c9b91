// Interface endpoints: their interfaces, groups and names.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { EndpointService, EndpointServiceId } from '../store/load-balancing-records.ts'
import type { NetworkInterfaceId, Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { endpointNames } from './endpoint-names.ts'
import { compileProvider, endpointInterfaces, isInForce, loadBalancersOf, servingNodes } from './endpoint-service.ts'
import type { EndpointInterfaceNetwork, EndpointNames, InterfaceEndpointNetwork, ProviderNetwork } from './network.ts'
import { withdrawnNodes } from './node-withdrawal.ts'

export function compileInterfaceEndpoints(records: Records, vpc: Vpc): InterfaceEndpointNetwork[] {
  // A thousand endpoints may lead to one service.
  const services = new Map<EndpointServiceId, OwnedService | 'gone'>()
  const serviceOf = ({ endpointServiceId: id }: VpcEndpoint) => {
    if (id === undefined) return undefined
    const service = services.get(id) ?? findService(records, id)
    services.set(id, service)
    return service
  }
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .filter((endpoint) => endpoint.type === 'Interface' && isInForce(endpoint))
    .flatMap((endpoint) => {
      const owned = serviceOf(endpoint)
      if (owned === 'gone') return []
      const interfaces = compileEndpointInterfaces(records, endpoint, owned)
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
          ...compileRecordTypes(endpoint),
          ...(owned && { service: owned.provider }),
        },
      ]
    })
}

/** What AWS decides for `service-defined` is what the endpoint has. */
function compileRecordTypes({
  ipAddressType,
  dnsRecordIpType,
}: VpcEndpoint): Pick<InterfaceEndpointNetwork, 'recordTypes'> {
  const type = dnsRecordIpType === 'service-defined' ? ipAddressType : dnsRecordIpType
  if (type === 'ipv4') return {}
  return { recordTypes: type === 'ipv6' ? ['AAAA'] : ['A', 'AAAA'] }
}

/** A user's service; AWS's have none. */
interface OwnedService {
  readonly record: EndpointService
  readonly provider: ProviderNetwork
  /** Nodes that DNS does not give out. */
  readonly withdrawn: ReadonlySet<NetworkInterfaceId>
}

/** An endpoint whose service is gone leads nowhere, least of all to the edge. */
function findService(records: Records, id: EndpointServiceId): OwnedService | 'gone' {
  const record = records.endpointServices.get(id)
  const provider = record && compileProvider(records, record)
  if (!record || !provider) return 'gone'
  const nodes = loadBalancersOf(records, record).flatMap((loadBalancer) => [...withdrawnNodes(records, loadBalancer)])
  return { record, provider, withdrawn: new Set(nodes) }
}

function compileEndpointInterfaces(
  records: Records,
  endpoint: VpcEndpoint,
  service: OwnedService | undefined,
): EndpointInterfaceNetwork[] {
  const nodes = service && servingNodes(records, service.record, endpoint)
  return endpointInterfaces(records, endpoint).flatMap((eni) => {
    const [address] = eni.privateAddresses
    const [ipv6Address] = eni.ipv6Addresses ?? []
    const subnet = records.subnets.get(eni.subnetId)
    if ((!address && !ipv6Address) || !subnet) return []
    const { availabilityZone, availabilityZoneId } = subnet
    const nodeId = nodes?.get(eni.id)?.networkInterface.id
    const isWithdrawn =
      records.withdrawnZones.get(availabilityZoneId) !== undefined ||
      (service !== undefined && (nodeId === undefined || service.withdrawn.has(nodeId)))
    return [
      {
        id: eni.id,
        subnetId: subnet.id,
        availabilityZone,
        availabilityZoneId,
        ...(address && { address }),
        ...(ipv6Address && { ipv6Address }),
        backboneAddress: eni.backboneAddress,
        ...(nodeId && { nodeId }),
        ...(isWithdrawn && { withdrawn: true as const }),
      },
    ]
  })
}

/** Private names answer only while the VPC has both of its DNS attributes on, also when one was turned off later. */
function namesInForce(vpc: Vpc, endpoint: VpcEndpoint, interfaces: readonly EndpointInterfaceNetwork[]): EndpointNames {
  const names = endpointNames(
    endpoint,
    interfaces.map((one) => one.availabilityZone),
  )
  const inForce = endpoint.privateDnsEnabled && vpc.enableDnsSupport && vpc.enableDnsHostnames
  if (!inForce) return { ...names, private: [] }
  const isForOutside = endpoint.privateDnsOnlyForInboundResolverEndpoint
  return isForOutside ? { ...names, private: [], privateFromOutside: names.private } : names
}
