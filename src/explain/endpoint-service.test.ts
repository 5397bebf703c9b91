// A service as its owner may look at it, and as an account that would use it does. Address plan: compile/small-balancer.ts.

import { describe, expect, it } from 'vitest'
import type { Network, SecurityGroupRuleNetwork } from '../compile/network.ts'
import {
  BALANCER_ARN,
  CONSUMER,
  consumerVpc,
  loadBalancer,
  PROVIDER,
  providerVpc,
  SERVICE_ID,
  SERVICE_NAME,
  smallProviderWorld,
  TARGET_GROUP_ARN,
  target,
  targetGroup,
} from '../compile/small-balancer.ts'
import { openAcl, securityGroup } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import type { EndpointService } from '../store/load-balancing-records.ts'
import type { VpcEndpointState } from '../store/records.ts'
import {
  explainBalancer,
  explainEndpointService,
  type ServiceDiagnosis,
  type ServiceQuestion,
} from './endpoint-service.ts'
import { formatServiceDiagnosis } from './format-endpoint-service.ts'
import { type VisibilityQuestion, visibilitySteps } from './service-visibility.ts'
import { shortArn } from './short-arn.ts'

const SERVICE: EndpointService = {
  id: SERVICE_ID,
  owner: PROVIDER,
  region: 'us-east-1',
  tags: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  type: 'Interface',
  state: 'Available',
  loadBalancerIds: [BALANCER_ARN],
  acceptanceRequired: true,
  supportedIpAddressTypes: ['ipv4'],
  supportedRegions: ['us-east-1'],
}

function connection(state: VpcEndpointState, ...zoneIds: string[]) {
  const endpoint = { id: 'vpce-own' as const, owner: CONSUMER, serviceName: SERVICE_NAME, state, region: 'us-east-1' }
  return { endpoint, zoneIds }
}

function diagnose(changes: Partial<ServiceQuestion> = {}, provider = providerVpc()): ServiceDiagnosis {
  return explainEndpointService(smallProviderWorld(consumerVpc(), provider), {
    service: SERVICE,
    allowedPrincipals: [`arn:aws:iam::${CONSUMER}:root`],
    connections: [connection('available', 'use1-az6')],
    failures: () => undefined,
    ...changes,
  })
}

function outcome({ verdict, blockers }: ServiceDiagnosis): string {
  if (blockers.length === 0) return verdict
  return shortArn(
    blockers.map((step) => `${step.stage}${step.direction === 'return' ? '(reply)' : ''} ${step.by}`).join(', '),
  )
}

const FROM_NODES: SecurityGroupRuleNetwork = {
  by: 'sgr-1',
  protocol: TCP,
  ports: { from: 8080, to: 8080 },
  peer: { kind: 'cidrs', cidrs: [cidr('10.0.0.0/16')] },
}
const sickA = target('a', { health: 'unhealthy' })
const groups = (ingress: []) => ({ securityGroups: [securityGroup('sg-c'), securityGroup('sg-t', { ingress })] })

describe("the owner's view of a service", () => {
  it.each<[string, Partial<ServiceQuestion>, ReturnType<typeof providerVpc> | undefined, string, string[]]>([
    ['all in order', {}, undefined, 'reachable', []],
    [
      'a connection that waits',
      { connections: [connection('pendingAcceptance', 'use1-az6')] },
      undefined,
      'endpoint-state vpce-own',
      ['accept it: aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-1 --vpc-endpoint-ids vpce-own'],
    ],
    [
      'one that was rejected, in a zone without a node',
      { connections: [connection('rejected', 'use1-az2')] },
      undefined,
      'endpoint-state vpce-own, zone vpce-svc-1',
      [
        'accept it: aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-1 --vpc-endpoint-ids vpce-own',
        'enable that zone on a load balancer of the service: aws elbv2 set-subnets',
      ],
    ],
    [
      'an unhealthy target behind a shut group',
      { failures: () => 'Connection refused' },
      providerVpc({ ...groups([]), targetGroups: [targetGroup({ targets: [sickA, target('b')] })] }),
      'target-health i-11:8080, sg-ingress sg-t, sg-ingress sg-t',
      ['let i-11:8080 answer its health checks', "let the nodes' addresses into sg-t, a group of the targets"],
    ],
    [
      'a zone without a target',
      {},
      providerVpc({ targetGroups: [targetGroup({ targets: [target('a')] })] }),
      'target-health targetgroup/tg',
      ['register a target in that zone, or turn on load_balancing.cross_zone.enabled'],
    ],
    [
      'replies that no ACL lets out, across zones',
      {},
      providerVpc({
        targetGroups: [targetGroup({ targets: [target('a')], crossZone: true })],
        networkAcls: [openAcl('c', { egress: [] }), openAcl('d')],
      }),
      'nacl-out(reply) acl-c rule *',
      ["let the targets' replies, to ports 1024-65535, pass acl-c"],
    ],
    [
      'checks of a port that the group does not let in',
      {},
      providerVpc({
        securityGroups: [securityGroup('sg-c'), securityGroup('sg-t', { ingress: [FROM_NODES] })],
        targetGroups: [
          targetGroup({
            healthCheck: { ...targetGroup().healthCheck, port: 9000 },
            targets: [target('a')],
            crossZone: true,
          }),
        ],
      }),
      'sg-ingress sg-t, sg-ingress sg-t',
      [
        'let tcp/9000 from 10.0.1.20 into sg-t, a group of the targets',
        'let tcp/9000 from 10.0.2.20 into sg-t, a group of the targets',
      ],
    ],
    [
      'no listener',
      {},
      providerVpc({ loadBalancers: [loadBalancer({ listeners: [] })] }),
      'listener net/lb',
      [`give the load balancer a listener: aws elbv2 create-listener --load-balancer-arn ${BALANCER_ARN}`],
    ],
    [
      'a zone that is down',
      {},
      providerVpc({ failedZoneIds: ['use1-az1'] }),
      'zone use1-az1, zone use1-az1',
      ['bring the zone back: postern az restore use1-az1'],
    ],
    [
      'a name that is not verified',
      {
        service: {
          ...SERVICE,
          privateDnsName: {
            name: '*.api.example.com',
            state: 'pendingVerification',
            recordName: '_abc',
            recordValue: 'vpce:xyz',
          },
        },
      },
      undefined,
      'dns vpce-svc-1',
      [
        'put that record into a public hosted zone, then: aws ec2 start-vpc-endpoint-service-private-dns-verification --service-id vpce-svc-1',
      ],
    ],
  ])('%s', (_, changes, provider, expected, remedies) => {
    const found = diagnose(changes, provider)
    expect(outcome(found)).toBe(expected)
    expect(found.remedies).toEqual(remedies)
  })

  it('looks at the appliances of a Gateway Load Balancer', () => {
    const appliances = { targetGroupId: TARGET_GROUP_ARN, idleTimeout: 350 }
    const provider = providerVpc({
      loadBalancers: [loadBalancer({ kind: 'gateway', listeners: [], appliances })],
      targetGroups: [targetGroup({ protocol: 'GENEVE', targets: [sickA, target('b', { port: 6081 })] })],
    })
    const found = diagnose({}, provider)
    expect(outcome(found)).toBe('target-health i-11:8080')
    expect(found.sections.at(-1)?.steps[0]?.why).toBe(`every packet goes to ${TARGET_GROUP_ARN}`)
  })

  it('has of a consumer its endpoint, account and zones, and nothing of its VPC', () => {
    const text = JSON.stringify(diagnose({ connections: [connection('available', 'use1-az6', 'use1-az2')] }))
    expect(text).toContain(CONSUMER)
    expect(text).not.toMatch(/10\.0\.\d\.30|vpc-1\b|subnet-[ab]|sg-[12]|eni-3|us-east-1\.vpce/)
  })

  it('is a block for each connection and each node', () => {
    const provider = providerVpc({ targetGroups: [targetGroup({ targets: [sickA, target('b')] })] })
    const found = diagnose({ failures: () => 'Health checks failed with these codes: [404]' }, provider)
    expect(formatServiceDiagnosis(found, { width: 130 })).toMatchInlineSnapshot(`
      "vpce-svc-1: one thing stands in its way

      who may connect
        pass  endpoint-service  vpce-svc-1  account 222222222222 and arn:aws:iam::123456789012:root may connect; each connection waits
                                            to be accepted

      vpce-own of account 123456789012
        pass  endpoint-state  vpce-own    vpce-own is in force
        pass  zone            vpce-svc-1  a load balancer of the service serves use1-az6

      node 10.0.1.20 of net/lb, eni-21 in use1-az6 (us-east-1a)
        pass  listener       net/lb          TCP 80 goes to targetgroup/tg
        pass  target-health  targetgroup/tg  0 of 1 target in use1-az6 is healthy, which is too few: the node fails open and sends to
                                             any of them
      > STOP  target-health  i-11:8080       the health checks of 10.0.1.5 port 8080 fail; the last one: Health checks failed with these
                                             codes: [404]

      node 10.0.2.20 of net/lb, eni-22 in use1-az1 (us-east-1b)
        pass  listener       net/lb          TCP 80 goes to targetgroup/tg
        pass  target-health  targetgroup/tg  1 of 1 target in use1-az1 is healthy
        pass  target-health  i-12:8080       10.0.2.5 port 8080 is healthy

      what to do
        let i-11:8080 answer its health checks
      "
    `)
  })
})

describe('a load balancer or target group', () => {
  const network = (provider = providerVpc()): Network => smallProviderWorld(consumerVpc(), provider)
  it.each<[string, Parameters<typeof explainBalancer>[2], Network, string]>([
    ['all in order', { loadBalancerIds: [BALANCER_ARN], failures: () => undefined }, network(), 'reachable'],
    [
      'a target group that no listener leads to',
      { loadBalancerIds: [BALANCER_ARN], targetGroupId: 'arn:other', failures: () => undefined },
      network(),
      'listener net/lb',
    ],
    [
      'a target group',
      { loadBalancerIds: [BALANCER_ARN], targetGroupId: TARGET_GROUP_ARN, failures: () => undefined },
      network(providerVpc({ targetGroups: [targetGroup({ targets: [] })] })),
      'target-health targetgroup/tg, target-health targetgroup/tg',
    ],
  ])('%s', (_, question, world, expected) => {
    expect(outcome(explainBalancer(world, BALANCER_ARN, question))).toBe(expected)
  })
})

describe('whether a service exists for an account', () => {
  const see = (changes: Partial<VisibilityQuestion>) =>
    visibilitySteps({
      name: SERVICE_ID,
      account: CONSUMER,
      region: 'us-east-1',
      vpc: consumerVpc(),
      service: SERVICE,
      isAllowed: true,
      allowedPrincipals: [],
      zoneIds: ['use1-az6'],
      endpoints: [{ id: 'vpce-own', serviceName: SERVICE_NAME, state: 'available' }],
      ...changes,
    }).map(({ verdict, stage, by, why }) => `${verdict} ${stage} ${by}: ${why}`)

  const { service: _, ...absent } = { service: SERVICE }
  const unknown = `stop endpoint-service ${SERVICE_ID}: ${SERVICE_ID} does not exist for account ${CONSUMER}; to an account that is not allowed a service looks as if it did not exist: ask its owner`

  it.each<[string, Partial<VisibilityQuestion>, string[]]>([
    ['with an endpoint', {}, [`pass endpoint-service ${SERVICE_ID}: account ${CONSUMER} may use ${SERVICE_ID}`]],
    ['to the account that is not allowed', { isAllowed: false, seenBy: CONSUMER }, [unknown]],
    [
      'to its owner',
      { isAllowed: false, seenBy: PROVIDER },
      [
        `stop endpoint-service ${SERVICE_ID}: its owner, ${PROVIDER}, allows nobody but itself; to account ${CONSUMER} it looks as if it did not exist; as its owner: aws ec2 modify-vpc-endpoint-service-permissions --service-id ${SERVICE_ID} --add-allowed-principals arn:aws:iam::${CONSUMER}:root`,
      ],
    ],
  ])('%s', (_, changes, expected) => expect(see(changes)).toEqual(expected))

  it('one that is not allowed and one that is not there look the same', () => {
    const missing = visibilitySteps({
      ...absent,
      name: SERVICE_ID,
      account: CONSUMER,
      region: 'us-east-1',
      vpc: consumerVpc(),
      isAllowed: false,
      allowedPrincipals: [],
      zoneIds: [],
      endpoints: [],
      seenBy: CONSUMER,
    })
    expect(missing.map(({ verdict, stage, by, why }) => `${verdict} ${stage} ${by}: ${why}`)).toEqual([unknown])
  })

  it.each<[string, Partial<VisibilityQuestion>, string]>([
    ['no endpoint', { endpoints: [] }, 'stop endpoint-state vpc-1: vpc-1 has no endpoint for vpce-svc-1'],
    [
      'no zone in common',
      { endpoints: [], zoneIds: ['use1-az2'] },
      'stop zone vpce-svc-1: the service is in use1-az2, and vpc-1 has subnets in use1-az1, use1-az6 only',
    ],
    [
      'an endpoint that waits',
      { endpoints: [{ id: 'vpce-own', serviceName: SERVICE_NAME, state: 'pendingAcceptance' }] },
      `stop endpoint-state vpce-own: vpce-own waits until the owner of ${SERVICE_NAME} accepts it`,
    ],
    [
      'another region',
      { region: 'eu-west-1' },
      'stop endpoint-service vpce-svc-1: vpce-svc-1 is of us-east-1 and offered in us-east-1, not in eu-west-1',
    ],
  ])('%s', (_, changes, expected) => expect(see(changes)[1]).toBe(expected))
})
