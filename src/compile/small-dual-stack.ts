// The small VPC with IPv6 beside its IPv4, for tests of whatever reads a Network.
//
//   vpc-1 10.0.0.0/16, 2600:1f10::/56   igw-1, eigw-1
//   subnet-a 10.0.1.0/24, 2600:1f10:0:1::/64   i-1 2600:1f10:0:1::5   i-2 2600:1f10:0:1::6
//   subnet-b 10.0.2.0/24, 2600:1f10:0:2::/64   i-3 2600:1f10:0:2::5
//   rtb-a leads to the internet gateway, rtb-b to the egress-only one

import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../ip/protocol.ts'
import type { NextHop, RouteTableNetwork, SubnetNetwork, VpcNetwork } from './network.ts'
import {
  address,
  networkInterface,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
  smallVpcWithSsm,
  ssmEndpoint,
  subnet,
} from './small-network.ts'

const ANYWHERE = cidr('::/0')
const OPEN = { protocol: ALL_PROTOCOLS, peer: { kind: 'cidrs', cidrs: [ANYWHERE] }, by: 'sgr-v6' } as const
const BLOCK = cidr('2600:1f10::/56')

export function dualStackVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  return smallVpc({
    ipv6Cidrs: [BLOCK],
    internetGatewayId: 'igw-1',
    egressOnlyInternetGatewayIds: ['eigw-1'],
    subnets: [dualStackSubnet('a', 1), dualStackSubnet('b', 2)],
    interfaces: [
      networkInterface(1, 'a', '10.0.1.5', ['sg-1'], { ipv6Addresses: [address('2600:1f10:0:1::5')] }),
      networkInterface(2, 'a', '10.0.1.6', ['sg-2'], { ipv6Addresses: [address('2600:1f10:0:1::6')] }),
      networkInterface(3, 'b', '10.0.2.5', ['sg-2'], { ipv6Addresses: [address('2600:1f10:0:2::5')] }),
    ],
    routeTables: [
      dualStackTable('a', { kind: 'internetGateway', gatewayId: 'igw-1' }),
      dualStackTable('b', { kind: 'egressOnlyInternetGateway', gatewayId: 'eigw-1' }),
    ],
    securityGroups: [
      securityGroup('sg-1', {
        members: [address('10.0.1.5')],
        ipv6Members: [address('2600:1f10:0:1::5')],
        egress: [OPEN],
      }),
      securityGroup('sg-2', {
        members: [address('10.0.1.6'), address('10.0.2.5')],
        ipv6Members: [address('2600:1f10:0:1::6'), address('2600:1f10:0:2::5')],
        egress: [OPEN],
        ingress: [
          { protocol: ALL_PROTOCOLS, peer: { kind: 'group', groupId: 'sg-1' }, by: 'sgr-group' },
          {
            protocol: 58,
            icmp: { type: 128, code: -1 },
            peer: { kind: 'cidrs', cidrs: [ANYWHERE] },
            by: 'sgr-ping',
          },
        ],
      }),
    ],
    networkAcls: ['a', 'b'].map((letter) => {
      const { id, ingress, egress } = openAcl(letter)
      const allow = { action: 'allow', protocol: ALL_PROTOCOLS, cidr: ANYWHERE, by: `${id} rule 101` } as const
      return { id, ingress: [...ingress, allow], egress: [...egress, allow] }
    }),
    ...changes,
  })
}

/** The same with an endpoint that answers with both families. */
export function dualStackVpcWithSsm(): VpcNetwork {
  const interfaces = ssmEndpoint().interfaces.map((one, index) => ({
    ...one,
    ipv6Address: address(`2600:1f10:0:${index + 1}::100`),
  }))
  const own = smallVpcWithSsm().interfaces.flatMap((eni) => {
    const door = interfaces.find(({ id }) => id === eni.id)
    return door ? [{ ...eni, ipv6Addresses: [door.ipv6Address] }] : []
  })
  const vpc = dualStackVpc()
  return {
    ...vpc,
    interfaces: [...vpc.interfaces, ...own],
    endpoints: [ssmEndpoint({ interfaces, recordTypes: ['A', 'AAAA'] })],
  }
}

function dualStackSubnet(letter: string, number: number): SubnetNetwork {
  return { ...subnet(letter, `10.0.${number}.0/24`), ipv6Cidr: cidr(`2600:1f10:0:${number}::/64`) }
}

function dualStackTable(letter: string, nextHop: NextHop): RouteTableNetwork {
  const by = (text: string) => `rtb-${letter} ${text}`
  return routeTable(letter, [
    { cidr: BLOCK, nextHop: { kind: 'local' }, by: by(BLOCK) },
    { cidr: ANYWHERE, nextHop, by: by(ANYWHERE) },
  ])
}
