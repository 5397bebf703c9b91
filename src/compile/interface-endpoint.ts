// Interface endpoints: their interfaces, groups and names.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { endpointNames } from './endpoint-names.ts'
import type { EndpointInterfaceNetwork, EndpointNames, InterfaceEndpointNetwork } from './network.ts'

export function compileInterfaceEndpoints(records: Records, vpc: Vpc): InterfaceEndpointNetwork[] {
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .filter(({ type, state }) => type === 'Interface' && (state === 'pending' || state === 'available'))
    .map((endpoint) => {
      const interfaces = compileEndpointInterfaces(records, endpoint)
      return {
        id: endpoint.id,
        owner: endpoint.owner,
        kind: 'interface' as const,
        serviceName: endpoint.serviceName,
        policyDocument: endpoint.policyDocument,
        groupIds: [...endpoint.groupIds].sort(),
        interfaces,
        names: namesInForce(vpc, endpoint, interfaces),
      }
    })
}

function compileEndpointInterfaces(records: Records, endpoint: VpcEndpoint): EndpointInterfaceNetwork[] {
  return records.networkInterfaces
    .where('vpcEndpointId', endpoint.id)
    .flatMap((eni) => {
      const [address] = eni.privateAddresses
      const subnet = records.subnets.get(eni.subnetId)
      if (!address || !subnet) return []
      const { availabilityZone } = subnet
      return [{ id: eni.id, subnetId: subnet.id, availabilityZone, address, backboneAddress: eni.backboneAddress }]
    })
    .sort((a, b) => (a.subnetId < b.subnetId ? -1 : 1))
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
