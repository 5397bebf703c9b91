// An endpoint service as EC2 shows it to its owner.

import type { PrivateDnsNameConfiguration, ServiceConfiguration } from '@aws-sdk/client-ec2'
import { endpointServiceBaseName, endpointServiceName } from '../../../compile/endpoint-service-name.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { Records } from '../../../store/store.ts'
import { tagList } from '../request/tags.ts'
import { zonesOf } from './backing-load-balancer.ts'

export function toServiceConfiguration(records: Records, service: EndpointService): ServiceConfiguration {
  const zones = zonesOf(records, service, service.owner)
  const arns = [...service.loadBalancerIds]
  const dnsName = service.privateDnsName
  return {
    ServiceType: [{ ServiceType: service.type }],
    ServiceId: service.id,
    ServiceName: endpointServiceName(service),
    ServiceState: service.state,
    AvailabilityZoneIds: zones.map((zone) => zone.id),
    AvailabilityZones: zones.map((zone) => zone.name),
    AcceptanceRequired: service.acceptanceRequired,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: service.type === 'Interface' ? arns : [],
    GatewayLoadBalancerArns: service.type === 'GatewayLoadBalancer' ? arns : [],
    SupportedIpAddressTypes: [...service.supportedIpAddressTypes],
    BaseEndpointDnsNames: [endpointServiceBaseName(service)],
    ...(dnsName && { PrivateDnsName: dnsName.name }),
    PrivateDnsNameConfiguration: toDnsNameConfiguration(dnsName),
    ...(service.payerResponsibility && { PayerResponsibility: service.payerResponsibility }),
    Tags: tagList(service.tags),
    SupportedRegions: service.supportedRegions.map((Region) => ({ Region, ServiceState: 'Available' })),
    RemoteAccessEnabled: service.supportedRegions.length > 1,
  }
}

/** There is one for a service without a name too, and nothing in it. */
function toDnsNameConfiguration(dnsName: EndpointService['privateDnsName']): PrivateDnsNameConfiguration {
  if (!dnsName) return {}
  return { State: dnsName.state, Type: 'TXT', Value: dnsName.recordValue, Name: dnsName.recordName }
}
