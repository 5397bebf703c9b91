// Targets: registering, draining, and how they are. Addresses: testing.ts.

import type { CreateTargetGroupInput, TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Target } from '../../store/load-balancing-records.ts'
import { finishInstanceTransition } from '../ec2/instance/instance-lifecycle.ts'
import { CALLER, contents, refusal } from '../ec2/request/testing.ts'
import { drainedTargets, forgetDrained } from './draining.ts'
import { createListener, deleteListener } from './listener.ts'
import { setSubnets } from './load-balancer-subnets.ts'
import { deregisterTargets, registerTargets } from './target.ts'
import { modifyTargetGroupAttributes } from './target-group-attributes.ts'
import { describeTargetHealth } from './target-health.ts'
import { type BalancerWorld, forwardTo, openBalancerWorld } from './testing.ts'

let plan: BalancerWorld
beforeEach(async () => {
  plan = await openBalancerWorld()
})

function register(TargetGroupArn: string, ...Targets: TargetDescription[]) {
  return plan.world.write(registerTargets, { TargetGroupArn, Targets })
}

function deregister(TargetGroupArn: string, ...Targets: TargetDescription[]) {
  return plan.world.write(deregisterTargets, { TargetGroupArn, Targets })
}

function health(TargetGroupArn: string, Targets?: TargetDescription[], secondsLater = 0) {
  const caller = { ...CALLER, now: new Date(CALLER.now.getTime() + secondsLater * 1000) }
  return plan.world.read(describeTargetHealth, { TargetGroupArn, Targets }, caller).TargetHealthDescriptions ?? []
}

/** `state reason` of each. */
function states(TargetGroupArn: string, Targets?: TargetDescription[], secondsLater = 0): string[] {
  return health(TargetGroupArn, Targets, secondsLater).map(({ TargetHealth: found }) =>
    [found?.State, found?.Reason].filter(Boolean).join(' '),
  )
}

function targets(): Target[] {
  return [...plan.world.store.records.targets.all()]
}

/** A group behind a listener of a load balancer in `a`, in force. */
function usedGroup(input: Partial<CreateTargetGroupInput> = {}): string {
  const group = plan.group(input)
  plan.listener(plan.balancer(), group)
  plan.settle()
  return group
}

function found(Id: string, change: Partial<Target>) {
  const target = targets().find((one) => one.target === Id)
  plan.world.store.transact((tx) => tx.targets.update(target?.id ?? '', change))
}

describe('RegisterTargets', () => {
  test('an address inside has no zone of its own, one outside has the one that the call names', () => {
    const group = plan.group()
    register(
      group,
      { Id: '10.0.1.9' },
      { Id: '10.0.1.9', Port: 81 },
      { Id: '10.0.2.9', AvailabilityZone: 'us-east-1b' },
      { Id: '192.168.0.9', AvailabilityZone: 'all' },
      { Id: '100.64.0.9', AvailabilityZone: 'us-east-1c' },
    )
    const registeredAt = CALLER.now.toISOString()
    const common = { targetGroupId: group, registeredAt, health: 'initial' }
    expect(targets()).toEqual([
      { ...common, id: `${group} 10.0.1.9:80`, target: '10.0.1.9', port: 80 },
      { ...common, id: `${group} 10.0.1.9:81`, target: '10.0.1.9', port: 81 },
      { ...common, id: `${group} 10.0.2.9:80`, target: '10.0.2.9', port: 80 },
      { ...common, id: `${group} 192.168.0.9:80`, target: '192.168.0.9', port: 80, availabilityZone: 'all' },
      { ...common, id: `${group} 100.64.0.9:80`, target: '100.64.0.9', port: 80, availabilityZone: 'us-east-1c' },
    ])
  })

  test('one that is there already stays as it is', () => {
    const group = plan.group()
    register(group, { Id: '10.0.1.9' })
    found('10.0.1.9', { health: 'healthy' })
    register(group, { Id: '10.0.1.9' })
    expect(targets()).toMatchObject([{ health: 'healthy' }])
  })

  test.each<[why: string, code: string, message: string, input: (p: BalancerWorld) => TargetDescription]>([
    ['a public address', 'ValidationError', 'is not in the VPC', () => ({ Id: '8.8.8.8', AvailabilityZone: 'all' })],
    ['no address', 'ValidationError', 'is not a valid IPv4 address', () => ({ Id: '10.0.1' })],
    ['an IPv6 address', 'ValidationError', 'is not a valid IPv4 address', () => ({ Id: 'fd00::1' })],
    ['an instance among addresses', 'ValidationError', 'is not a valid IPv4 address', (p) => ({ Id: p.instance(p.a) })],
    [
      'an address outside without a zone',
      'ValidationError',
      "The Availability Zone is required for IP address '192.168.0.9' because it is not in the VPC",
      () => ({ Id: '192.168.0.9' }),
    ],
    [
      'an address of the VPC in no subnet without a zone',
      'ValidationError',
      'because it is not in the VPC',
      () => ({ Id: '10.0.77.9' }),
    ],
    [
      'an address inside for all zones',
      'ValidationError',
      "is within the VPC, and cannot have its Availability Zone overridden to 'all' from 'us-east-1a'",
      () => ({ Id: '10.0.1.9', AvailabilityZone: 'all' }),
    ],
    [
      'a zone that is none',
      'ValidationError',
      "Availability Zone 'mars-1a' is not valid",
      () => ({ Id: '192.168.0.9', AvailabilityZone: 'mars-1a' }),
    ],
    ['port 0', 'ValidationError', 'greater than or equal to 1', () => ({ Id: '10.0.1.9', Port: 0 })],
    ['no id', 'ValidationError', 'must not be null', () => ({ Id: undefined })],
  ])('refuses %s, and with it the whole call', (_why, code, message, input) => {
    const group = plan.group()
    const given = input(plan)
    const before = contents(plan.world.store)
    expect(refusal(() => register(group, { Id: '10.0.1.9' }, given), code)).toContain(message)
    expect(contents(plan.world.store)).toEqual(before)
  })

  test('instances must be there, in the VPC, and running', () => {
    const group = plan.group({ TargetType: 'instance' })
    const id = plan.instance(plan.a)
    register(group, { Id: id })
    expect(targets()).toMatchObject([{ target: id, port: 80 }])
    expect(refusal(() => register(group, { Id: 'i-0123456789abcdef0' }), 'InvalidTarget')).toBe(
      "The following targets are not valid instances: 'i-0123456789abcdef0'",
    )
    const foreign = plan.instance(plan.foreign.subnet)
    expect(refusal(() => register(group, { Id: foreign }), 'InvalidTarget')).toBe(
      `The following targets are not in the target group VPC '${plan.vpcId}': '${foreign}'`,
    )
    const stopped = plan.instance(plan.b)
    plan.world.store.transact((tx) => tx.instances.update(stopped, { state: 'stopped' }))
    expect(refusal(() => register(group, { Id: stopped }), 'InvalidTarget')).toBe(
      `The following targets are not in a running state and cannot be registered: '${stopped}'`,
    )
    refusal(() => register(group, { Id: '10.0.1.9' }), 'ValidationError')
    refusal(() => register(group, { Id: id, AvailabilityZone: 'us-east-1a' }), 'ValidationError')
  })

  test('appliances are on the port of GENEVE', () => {
    const group = plan.group({ Protocol: 'GENEVE', Port: 6081 })
    register(group, { Id: '10.0.1.9' })
    refusal(() => register(group, { Id: '10.0.1.10', Port: 80 }), 'ValidationError')
  })

  test('a thousand are the most', () => {
    const group = plan.group()
    const Targets = Array.from({ length: 1000 }, (_, i) => ({ Id: '10.0.1.9', Port: i + 1 }))
    register(group, ...Targets)
    refusal(() => register(group, { Id: '10.0.1.10' }), 'TooManyTargets')
  })
})

describe('DeregisterTargets', () => {
  const later = (seconds: number) => new Date(CALLER.now.getTime() + seconds * 1000)
  const forget = (seconds: number) => plan.world.store.transact((tx) => forgetDrained(tx, later(seconds)))

  test('a target drains for the group’s delay, and then it is gone', () => {
    const group = usedGroup()
    register(group, { Id: '10.0.1.9' }, { Id: '10.0.1.10' })
    deregister(group, { Id: '10.0.1.9' })
    expect(states(group)).toEqual(['draining Target.DeregistrationInProgress', 'initial Elb.InitialHealthChecking'])
    expect(drainedTargets(plan.world.store.records, later(299))).toEqual([])
    forget(299)
    expect(targets()).toHaveLength(2)
    forget(300)
    expect(targets()).toMatchObject([{ target: '10.0.1.10' }])
    expect(states(group, [{ Id: '10.0.1.9' }])).toEqual(['unused Target.NotRegistered'])
  })

  test('registered again it begins anew', () => {
    const group = usedGroup()
    register(group, { Id: '10.0.1.9' })
    found('10.0.1.9', { health: 'unhealthy', failure: 'Connection refused' })
    deregister(group, { Id: '10.0.1.9' })
    register(group, { Id: '10.0.1.9' })
    expect(states(group)).toEqual(['initial Elb.InitialHealthChecking'])
    expect(targets()[0]).not.toHaveProperty('deregisteredAt')
    expect(targets()[0]).not.toHaveProperty('failure')
  })

  test('without a delay, or where no listener uses the group, it is gone at once', () => {
    const unused = plan.group()
    register(unused, { Id: '10.0.1.9' })
    deregister(unused, { Id: '10.0.1.9' })
    expect(targets()).toEqual([])
    const group = usedGroup()
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }]
    plan.world.write(modifyTargetGroupAttributes, { TargetGroupArn: group, Attributes })
    register(group, { Id: '10.0.1.9' })
    deregister(group, { Id: '10.0.1.9' })
    expect(targets()).toEqual([])
  })

  test('only the port that is named goes, and what is not there is as good as gone', () => {
    const group = usedGroup()
    register(group, { Id: '10.0.1.9' }, { Id: '10.0.1.9', Port: 81 })
    deregister(group, { Id: '10.0.1.9', Port: 81 }, { Id: '10.0.1.99' })
    expect(states(group)).toEqual(['initial Elb.InitialHealthChecking', 'draining Target.DeregistrationInProgress'])
  })

  test('a terminated instance is taken out', () => {
    const group = usedGroup({ TargetType: 'instance' })
    const id = plan.instance(plan.a)
    register(group, { Id: id })
    plan.world.store.transact((tx) => {
      const instance = tx.instances.update(id, { state: 'shutting-down' })
      finishInstanceTransition(tx, instance, CALLER.now)
    })
    expect(states(group)).toEqual(['draining Target.DeregistrationInProgress'])
    forget(300)
    expect(targets()).toEqual([])
  })
})

describe('DescribeTargetHealth', () => {
  test('says what the checks found, and on which port they look', () => {
    const group = usedGroup({ HealthCheckPort: '9090' })
    register(group, { Id: '10.0.1.9' })
    expect(health(group)).toEqual([
      {
        Target: { Id: '10.0.1.9', Port: 80 },
        HealthCheckPort: '9090',
        TargetHealth: {
          State: 'initial',
          Reason: 'Elb.InitialHealthChecking',
          Description: 'Initial health checks in progress',
        },
      },
    ])
    found('10.0.1.9', { health: 'healthy' })
    expect(health(group)[0]?.TargetHealth).toEqual({ State: 'healthy' })
    found('10.0.1.9', { health: 'unhealthy', failure: 'Health checks failed with these codes: [404]' })
    expect(health(group)[0]?.TargetHealth).toEqual({
      State: 'unhealthy',
      Reason: 'Target.FailedHealthChecks',
      Description: 'Health checks failed with these codes: [404]',
    })
    found('10.0.1.9', { failure: 'Connection refused' })
    expect(health(group)[0]?.TargetHealth?.Description).toBe('Health checks failed: Connection refused')
  })

  test('registration is in progress until the load balancer is in force', () => {
    const group = plan.group()
    plan.listener(plan.balancer(), group)
    register(group, { Id: '10.0.1.9' })
    expect(states(group)).toEqual(['initial Elb.RegistrationInProgress'])
  })

  test('unused: no listener, then a zone without a node', () => {
    const group = plan.group()
    const balancer = plan.balancer()
    register(group, { Id: '10.0.2.9' }, { Id: '192.168.0.9', AvailabilityZone: 'all' })
    expect(states(group)).toEqual(['unused Target.NotInUse', 'unused Target.NotInUse'])
    const request = { LoadBalancerArn: balancer, Protocol: 'TCP', Port: 80, ...forwardTo(group) } as const
    const ListenerArn = plan.world.write(createListener, request).Listeners?.[0]?.ListenerArn ?? ''
    plan.settle()
    expect(states(group)).toEqual(['unused Target.NotInUse', 'initial Elb.InitialHealthChecking'])
    plan.world.write(setSubnets, { LoadBalancerArn: balancer, Subnets: [plan.a, plan.b] })
    plan.settle()
    expect(states(group)[0]).toBe('initial Elb.InitialHealthChecking')
    plan.world.write(deleteListener, { ListenerArn })
    expect(states(group)[0]).toBe('unused Target.NotInUse')
  })

  test('unused: an instance that does not run, and a load balancer’s own address', () => {
    const instances = usedGroup({ TargetType: 'instance' })
    const id = plan.instance(plan.a)
    register(instances, { Id: id })
    plan.world.store.transact((tx) => tx.instances.update(id, { state: 'stopped' }))
    expect(health(instances)[0]?.TargetHealth).toEqual({
      State: 'unused',
      Reason: 'Target.InvalidState',
      Description: 'Target is in the stopped state',
    })
    const SubnetMappings = [{ SubnetId: plan.a, PrivateIPv4Address: '10.0.1.100' }]
    plan.balancer({ SubnetMappings })
    const group = usedGroup()
    register(group, { Id: '10.0.1.100' })
    expect(states(group)).toEqual(['unused Target.IpUnusable'])
  })

  test('an unhealthy target drains where its connections are let be', () => {
    const group = usedGroup()
    const Attributes = [
      { Key: 'target_health_state.unhealthy.connection_termination.enabled', Value: 'false' },
      { Key: 'target_health_state.unhealthy.draining_interval_seconds', Value: '60' },
    ]
    plan.world.write(modifyTargetGroupAttributes, { TargetGroupArn: group, Attributes })
    register(group, { Id: '10.0.1.9' })
    found('10.0.1.9', { health: 'unhealthy', unhealthySince: CALLER.now.toISOString() })
    expect(states(group, undefined, 59)).toEqual(['unhealthy.draining Target.FailedHealthChecks'])
    expect(states(group, undefined, 60)).toEqual(['unhealthy Target.FailedHealthChecks'])
  })

  test('what a call asks for and is not registered', () => {
    const group = usedGroup()
    expect(health(group, [{ Id: '10.0.1.9' }])).toEqual([
      {
        Target: { Id: '10.0.1.9', Port: 80 },
        HealthCheckPort: '80',
        TargetHealth: {
          State: 'unused',
          Reason: 'Target.NotRegistered',
          Description: 'Target is not registered to the target group',
        },
      },
    ])
    refusal(() => health(group, [{ Id: 'x' }]), 'ValidationError')
  })
})
