// An Application Load Balancer in the provider's VPC of compile/small-service.ts, for tests with real requests.
//
//   load balancer (sg-alb): eni-a1 10.0.1.60 in subnet-pa, eni-a2 10.0.2.60 in subnet-pb; listener HTTP 80
//   its groups: web (i-p1, i-p2, port 8080), api (i-p2, 8080), ill (i-p1 unhealthy, i-p2, 8080), empty,
//               shut (i-p3, port 9090, which sg-shut does not let in)
//   group alb for the Network Load Balancer: this one, at port 80

import {
  insertGroup,
  insertInterface,
  insertListener,
  insertTarget,
  insertTargetGroup,
  targetId,
} from '../../src/compile/small-service.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import type { RuleAction, RuleCondition } from '../../src/store/listener-rule-records.ts'
import type { Tx } from '../../src/store/store.ts'

const PLACE = 'arn:aws:elasticloadbalancing:us-east-1:222222222222'
export const APPLICATION = `${PLACE}:loadbalancer/app/alb/0000000000000002`
export const HTTP_LISTENER = `${PLACE}:listener/app/alb/0000000000000002/80`
export const NODES = ['10.0.1.60', '10.0.2.60'] as const

export function groupArn(name: string): string {
  return `${PLACE}:targetgroup/${name}/0000000000000009`
}

export function insertApplication(tx: Tx): void {
  insertGroup(tx, 'p', 'sg-alb')
  const { owner, region, tags, createdAt } = tx.vpcs.get('vpc-p') ?? raise('no vpc-p')
  tx.loadBalancers.insert({
    ...{ owner, region, tags, createdAt },
    id: APPLICATION,
    name: 'alb',
    type: 'application',
    scheme: 'internal',
    vpcId: 'vpc-p',
    dnsName: 'internal-alb-0000000002.us-east-1.elb.amazonaws.com',
    ipAddressType: 'ipv4',
    state: 'active',
    groupIds: ['sg-alb'],
    enforceGroupsOnPrivateLink: true,
    attributes: { 'load_balancing.cross_zone.enabled': 'true' },
  })
  const node = { interfaceType: 'interface', groupIds: ['sg-alb'], loadBalancerId: APPLICATION } as const
  insertInterface(tx, 'p', 'a', { id: 'eni-a1', at: NODES[0], ...node })
  insertInterface(tx, 'p', 'b', { id: 'eni-a2', at: NODES[1], ...node })
  insertListener(tx, {
    id: HTTP_LISTENER,
    loadBalancerId: APPLICATION,
    protocol: 'HTTP',
    port: 80,
    targetGroupId: undefined,
    attributes: {},
  })
  for (const [name, ...targets] of [
    ['web', 'i-p1', 'i-p2'],
    ['api', 'i-p2'],
    ['ill', 'i-p1', 'i-p2'],
    ['empty'],
    ['shut', 'i-p3'],
  ] as const) {
    insertTargetGroup(tx, { id: groupArn(name), name, protocol: 'HTTP', attributes: {} })
    for (const target of targets) insertTarget(tx, target, name === 'shut' ? 9090 : 8080, groupArn(name))
  }
  insertTargetGroup(tx, { id: groupArn('alb'), name: 'alb', targetType: 'alb', attributes: {} })
  insertTarget(tx, APPLICATION, 80, groupArn('alb'))
  tx.targets.update(targetId('i-p1', 8080, groupArn('ill')), { health: 'unhealthy' })
  shutPorts(tx)
  insertRules(tx)
}

/** i-p3 takes 8080 alone. */
function shutPorts(tx: Tx): void {
  insertGroup(tx, 'p', 'sg-shut')
  tx.securityGroupRules.update('sgr-sg-shut-ingress', { protocol: TCP, ports: { from: 8080, to: 8080 } })
  tx.networkInterfaces.update('eni-p3', { groupIds: ['sg-shut'] })
}

const to = (name: string): RuleAction => ({ type: 'forward', groups: [{ targetGroupId: groupArn(name), weight: 1 }] })
const paths = (...values: string[]): RuleCondition => ({ field: 'path-pattern', values })

/** In the order of their priorities, and the default rule last. */
const RULES: readonly (readonly [RuleAction, ...RuleCondition[]])[] = [
  [to('api'), paths('/api/*'), { field: 'host-header', values: ['*.example.com'] }],
  [
    { type: 'fixed-response', status: 401 },
    { field: 'source-ip', values: [cidr('10.0.2.0/24')] },
  ],
  [to('shut'), paths('/shut')],
  [to('empty'), paths('/empty')],
  [to('ill'), paths('/ill')],
  [to('web'), { field: 'http-header', name: 'X-Version', values: ['2*'] }],
  [
    { type: 'fixed-response', status: 403 },
    { field: 'query-string', values: [{ key: 'debug', value: '*' }] },
  ],
  [
    { type: 'redirect', protocol: 'HTTPS', host: '#{host}', port: '443', path: '/#{path}', query: '', status: 302 },
    { field: 'host-header', values: ['old.example.com'] },
  ],
  [
    { type: 'fixed-response', status: 418 },
    { field: 'http-request-method', values: ['DELETE'] },
  ],
  [{ type: 'fixed-response', status: 404, body: 'nobody' }],
]

function insertRules(tx: Tx): void {
  const { owner, region, createdAt } = tx.loadBalancers.get(APPLICATION) ?? raise('no load balancer')
  for (const [index, [action, ...conditions]] of RULES.entries()) {
    tx.listenerRules.insert({
      id: `${HTTP_LISTENER.replace(':listener/', ':listener-rule/')}/${index}`,
      ...{ owner, region, createdAt, tags: {} },
      listenerId: HTTP_LISTENER,
      loadBalancerId: APPLICATION,
      ...(index < RULES.length - 1 && { priority: 10 * (index + 1) }),
      conditions,
      action,
    })
  }
}

function raise(why: string): never {
  throw new Error(why)
}
