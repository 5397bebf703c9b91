// Endpoint services over IPv6. Address plan: testing.ts; the subnets a and b of both sides have IPv6 too.

import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { setIpAddressType } from '../../elbv2/ip-address-type.ts'
import { modifyVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { describeVpcEndpointServices } from '../endpoint/vpc-endpoint-service.ts'
import { refusal } from '../request/testing.ts'
import { describeVpcEndpointConnections } from './connection.ts'
import { createVpcEndpointServiceConfiguration, describeVpcEndpointServiceConfigurations } from './endpoint-service.ts'
import { modifyVpcEndpointServiceConfiguration } from './modify-endpoint-service.ts'
import { CONSUMER, openServiceWorld, type ServiceWorld, serviceName } from './testing.ts'

let at: ServiceWorld
beforeEach(async () => {
  at = await openServiceWorld()
  at.addIpv6()
})

function dualstack(): string {
  const LoadBalancerArn = at.balancer()
  at.world.write(setIpAddressType, { LoadBalancerArn, IpAddressType: 'dualstack' })
  return LoadBalancerArn
}

function bothService(): string {
  return at.service({ NetworkLoadBalancerArns: [dualstack()], SupportedIpAddressTypes: ['ipv4', 'ipv6'] })
}

function types(ServiceId: string) {
  const { ServiceConfigurations } = at.world.read(describeVpcEndpointServiceConfigurations, { ServiceIds: [ServiceId] })
  return ServiceConfigurations?.[0]?.SupportedIpAddressTypes
}

const change = (ServiceId: string, input: object) =>
  at.world.write(modifyVpcEndpointServiceConfiguration, { ServiceId, ...input })

describe('SupportedIpAddressTypes', () => {
  test('ipv6 needs a dual-stack load balancer, when it is made and later', () => {
    const narrow = { NetworkLoadBalancerArns: [at.balancer()], SupportedIpAddressTypes: ['ipv6'] }
    refusal(() => at.world.write(createVpcEndpointServiceConfiguration, narrow), 'InvalidParameter')
    const plain = at.service()
    refusal(() => change(plain, { AddSupportedIpAddressTypes: ['ipv6'] }), 'InvalidParameter')
    const service = at.service({ NetworkLoadBalancerArns: [dualstack()] })
    change(service, { AddSupportedIpAddressTypes: ['ipv6'] })
    expect(types(service)).toEqual(['ipv4', 'ipv6'])
    refusal(() => change(service, { AddNetworkLoadBalancerArns: [at.balancer()] }), 'InvalidParameter')
    change(service, { RemoveSupportedIpAddressTypes: ['ipv4'] })
    expect(types(service)).toEqual(['ipv6'])
  })

  test('its load balancers keep the family', () => {
    const LoadBalancerArn = dualstack()
    const service = at.service({ NetworkLoadBalancerArns: [LoadBalancerArn], SupportedIpAddressTypes: ['ipv6'] })
    const narrow = { LoadBalancerArn, IpAddressType: 'ipv4' as const }
    refusal(() => at.world.write(setIpAddressType, narrow), 'InvalidConfigurationRequest')
    change(service, { AddSupportedIpAddressTypes: ['ipv4'], RemoveSupportedIpAddressTypes: ['ipv6'] })
    at.world.write(setIpAddressType, narrow)
  })

  test('consumers see them, and a family that an endpoint has stays', () => {
    const service = bothService()
    const { ServiceDetails } = at.world.read(
      describeVpcEndpointServices,
      { ServiceNames: [serviceName(service)] },
      CONSUMER,
    )
    expect(ServiceDetails?.[0]?.SupportedIpAddressTypes).toEqual(['ipv4', 'ipv6'])
    at.connect(service, { IpAddressType: 'dualstack' })
    const gone = { RemoveSupportedIpAddressTypes: ['ipv6'] }
    refusal(() => change(service, gone), 'ExistingVpcEndpointConnections')
  })
})

test('an endpoint of appliances has what its load balancer and its service have', () => {
  const LoadBalancerArn = at.balancer({ type: 'gateway' })
  const service = at.service({ GatewayLoadBalancerArns: [LoadBalancerArn] })
  const type = { VpcEndpointType: 'GatewayLoadBalancer' } as const
  const { VpcEndpointId } = at.connect(service, type)
  refusal(() => at.connect(service, { ...type, IpAddressType: 'dualstack' }), 'InvalidParameter')
  refusal(() => change(service, { AddSupportedIpAddressTypes: ['ipv6'] }), 'InvalidParameter')
  at.world.write(setIpAddressType, { LoadBalancerArn, IpAddressType: 'dualstack' })
  change(service, { AddSupportedIpAddressTypes: ['ipv6'] })
  const appliances = () => {
    const { vpcs } = compile(at.world.store.records)
    return vpcs.find(({ id }) => id === at.consumer.VpcId)?.gatewayLoadBalancerEndpoints?.map(({ ipv6 }) => ipv6)
  }
  expect(appliances()).toEqual([undefined])
  at.world.write(modifyVpcEndpoint, { VpcEndpointId, IpAddressType: 'dualstack' }, CONSUMER)
  expect(appliances()).toEqual([true])
})

describe('an endpoint to a service over IPv6', () => {
  test('has an address of both families, and the provider’s VPC knows that it carries both', () => {
    const service = bothService()
    const endpoint = at.connect(service, { IpAddressType: 'dualstack', DnsOptions: { DnsRecordIpType: 'ipv6' } })
    expect(endpoint).toMatchObject({ IpAddressType: 'dualstack', DnsOptions: { DnsRecordIpType: 'ipv6' } })
    const network = compile(at.world.store.records)
    const consumer = network.vpcs.find(({ id }) => id === at.consumer.VpcId)
    const provider = network.vpcs.find(({ id }) => id === at.provider.VpcId)
    expect(consumer?.endpoints).toMatchObject([
      { recordTypes: ['AAAA'], interfaces: [{ ipv6Address: expect.stringMatching(/::4$/) }] },
    ])
    expect(provider?.connections).toMatchObject([{ endpointId: endpoint.VpcEndpointId, ipv6: true }])
    const { VpcEndpointConnections } = at.world.read(describeVpcEndpointConnections, {})
    expect(VpcEndpointConnections).toMatchObject([{ IpAddressType: 'dualstack' }])
  })

  test('is refused where the service has not all that it asks for', () => {
    const plain = at.service()
    const six = at.service({ NetworkLoadBalancerArns: [dualstack()], SupportedIpAddressTypes: ['ipv6'] })
    for (const [service, IpAddressType] of [
      [plain, 'dualstack'],
      [plain, 'ipv6'],
      [six, 'ipv4'],
      [six, 'dualstack'],
    ] as const) {
      const message = refusal(() => at.connect(service, { IpAddressType }), 'InvalidParameter')
      expect(message).toMatch(`does not support the IP address type ${IpAddressType}`)
    }
    const VpcEndpointId = at.connect(plain).VpcEndpointId
    const wider = { VpcEndpointId, IpAddressType: 'dualstack' as const }
    refusal(() => at.world.write(modifyVpcEndpoint, wider, CONSUMER), 'InvalidParameter')
  })

  test('becomes of both families when its service has them', () => {
    const service = at.service({ NetworkLoadBalancerArns: [dualstack()] })
    const { VpcEndpointId } = at.connect(service)
    change(service, { AddSupportedIpAddressTypes: ['ipv6'] })
    at.world.write(modifyVpcEndpoint, { VpcEndpointId, IpAddressType: 'dualstack' }, CONSUMER)
    const provider = compile(at.world.store.records).vpcs.find(({ id }) => id === at.provider.VpcId)
    expect(provider?.connections).toMatchObject([{ endpointId: VpcEndpointId, ipv6: true }])
  })
})
