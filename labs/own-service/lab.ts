// The lab `own-service`: service A in one account reaches service B in another account's VPC with the same addresses, by
// an endpoint, an endpoint service and a Network Load Balancer; one way only; and goes on when a zone is lost.

import {
  AcceptVpcEndpointConnectionsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2'
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ClientKind, FailureReport } from '../../src/cli/az-report.ts'
import { isPrivate, proveReachable, proveResolves, proveTimesOut, proveWorks, said } from '../claims.ts'
import { type Lab, type LabOptions, type LabRun, runLab } from '../lab.ts'
import type { Ran } from '../run.ts'
import { clientOf } from '../sdk-stack.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import { type Built, type BuiltEndpoint, PROVIDER_ACCOUNT, type Situation } from './situation.ts'

/** Of service A's instance, and an address of B's VPC that nobody has. */
const A_ADDRESS = '10.0.3.10'
const LOG = '/var/log/service.log'
const WAIT_MS = 60_000

const NOT_ALLOWED: Situation = { allowed: false, endpoint: false, proxyProtocol: false }
const CONNECTED: Situation = { allowed: true, endpoint: true, proxyProtocol: false }
const WITH_HEADER: Situation = { ...CONNECTED, proxyProtocol: true }

export const OWN_SERVICE: Lab<Situation, Built> = {
  name: 'own-service',
  directory: new URL('.', import.meta.url),
  variables: ({ allowed, endpoint, proxyProtocol }) => ({ allowed, endpoint, proxy_protocol: proxyProtocol }),
  built: (outputs) => ({
    instanceId: String(outputs.instance_a),
    targetIds: Object.values(outputs.instances_b as Record<string, string>),
    serviceId: String(outputs.service_id),
    serviceName: String(outputs.service_name),
    targetGroupArn: String(outputs.target_group_arn),
    endpoint: outputs.endpoint_id
      ? { id: String(outputs.endpoint_id), name: String(outputs.endpoint_name) }
      : undefined,
  }),
  bySdk: (world) => new SdkDeployment(world),
  prove: proveOwnService,
}

export function run(options: LabOptions = {}): Promise<boolean> {
  return runLab(OWN_SERVICE, options)
}

type Run = LabRun<Situation, Built>

async function proveOwnService(lab: Run): Promise<void> {
  const { deployment, proofs } = lab
  proofs.heading("Service B is offered, and A's account is not among its allowed principals")
  await deployment.apply(NOT_ALLOWED)
  await proofs.prove('an endpoint to it is refused as if there were no such service', async () => {
    const refusal = await deployment.apply({ ...NOT_ALLOWED, endpoint: true }).then(() => 'made', String)
    return { passed: /InvalidServiceName/.test(refusal), evidence: lineWith(refusal, 'InvalidServiceName') }
  })

  proofs.heading('A is allowed, and has an endpoint in two zones')
  const built = await deployment.apply(CONNECTED)
  await proveHealthy(lab, built)
  const endpoint = required(built.endpoint)
  await proveOneWay(lab, built, endpoint)
  await proveRejection(lab, built, endpoint)

  proofs.heading('The target group asks for proxy protocol v2')
  await deployment.apply(WITH_HEADER)
  await proveSeen(lab, built, endpoint, new RegExp(`for ${A_ADDRESS} by ${endpoint.id}`), {
    claim: "B's log shows A's own address and the endpoint's id",
  })

  await deployment.apply(CONNECTED)
  proofs.heading('Zone use1-az1 fails, and comes back')
  await proveZoneFailure(lab, built, endpoint)
}

function proveHealthy({ world, proofs }: Run, { targetGroupArn, targetIds }: Built): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(clientOf(world, PROVIDER_ACCOUNT))
  return proofs.prove("the load balancer's own checks find both targets healthy", async () => {
    const states = await until(
      async () => {
        const found = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }))
        return found.TargetHealthDescriptions?.map((one) => `${one.Target?.Id} ${one.TargetHealth?.State}`) ?? []
      },
      (lines) => lines.length === targetIds.length && lines.every((line) => line.endsWith(' healthy')),
    )
    return { passed: states.every((line) => line.endsWith(' healthy')), evidence: states.join('\n') }
  })
}

async function proveOneWay(lab: Run, built: Built, endpoint: BuiltEndpoint): Promise<void> {
  const { world, proofs } = lab
  await proveResolves(lab, {
    claim: "the endpoint's name resolves to private addresses of A's VPC",
    instanceId: built.instanceId,
    name: endpoint.name,
    wanted: isPrivate,
  })
  await proveWorks(proofs, 'A reaches B', () => get(lab, built.instanceId, endpoint.name), 'service on ip-10-0-')
  await proveReachable(lab, { from: built.instanceId, to: `${endpoint.name}:80` })
  await proveSeen(lab, built, endpoint, /^from 10\.0\.[12]\.\d+$/m, {
    claim: "B's log shows the load balancer's address, not A's",
    never: new RegExp(A_ADDRESS),
  })
  await proveWorks(proofs, "A's own service answers in A's instance", () => get(lab, built.instanceId, A_ADDRESS))
  const [target = ''] = built.targetIds
  await proveTimesOut(proofs, 'B cannot open a connection to A', () => get(lab, target, A_ADDRESS))
  await proofs.prove('explain says so to B: its own VPC has nobody at that address', async () => {
    const { verdict, blockers } = await world.explain(target, `${A_ADDRESS}:80`)
    return { passed: verdict === 'stopped', evidence: blockers.map(({ stage, why }) => `${stage}: ${why}`).join('\n') }
  })
}

async function proveRejection({ world, proofs, ...lab }: Run, built: Built, endpoint: BuiltEndpoint): Promise<void> {
  const b = new EC2Client(clientOf(world, PROVIDER_ACCOUNT))
  const a = new EC2Client(clientOf(world))
  const connection = { ServiceId: built.serviceId, VpcEndpointIds: [endpoint.id] }
  const state = async () => {
    const { VpcEndpoints } = await a.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [endpoint.id] }))
    return String(VpcEndpoints?.[0]?.State)
  }
  const ask = () => get({ world, proofs, ...lab }, built.instanceId, endpoint.name)
  await b.send(new RejectVpcEndpointConnectionsCommand(connection))
  await until(state, (text) => text === 'rejected')
  await proofs.prove("B rejects the connection, and A's requests fail", async () => {
    const ran = await until(ask, ({ code }) => code !== 0)
    return { passed: ran.code !== 0, evidence: said(ran) }
  })
  await proofs.prove('explain tells B that it was its own decision', async () => {
    const ran = await world.postern('explain', built.serviceId, endpoint.id, '--as', PROVIDER_ACCOUNT)
    return { passed: /rejected/.test(ran.stdout), evidence: lineWith(ran.stdout, 'rejected') }
  })
  await b.send(new AcceptVpcEndpointConnectionsCommand(connection))
  await until(state, (text) => text === 'available')
  await proofs.prove('accepted again, A reaches B', async () => {
    const ran = await until(ask, ({ code }) => code === 0)
    return { passed: ran.code === 0, evidence: said(ran) }
  })
}

interface Seen {
  readonly claim: string
  readonly never?: RegExp
}

/** Asks once more, and looks at what B's instances wrote down of it. */
function proveSeen(lab: Run, built: Built, { name }: BuiltEndpoint, wanted: RegExp, { claim, never }: Seen) {
  return lab.proofs.prove(claim, async () => {
    const evidence = await until(
      async () => {
        await get(lab, built.instanceId, name)
        const logs = await Promise.all(built.targetIds.map((id) => lab.world.exec(id, 'tail', '-n', '40', LOG)))
        return logs.map(({ stdout }) => stdout).join('')
      },
      (text) => wanted.test(text),
    )
    const line = evidence.split('\n').find((text) => wanted.test(text)) ?? evidence
    return { passed: wanted.test(evidence) && !never?.test(evidence), evidence: line }
  })
}

/** Two clients in A's instance: one resolves the name for every request, one keeps to the address in the zone. */
async function proveZoneFailure({ world, proofs }: Run, built: Built, { name }: BuiltEndpoint): Promise<void> {
  const argv = ['fail', 'use1-az1', '--probe', built.instanceId, `http://${name}/`, '--for', '45s', '--json']
  const ran = await world.postern('az', ...argv)
  const report: FailureReport | undefined = ran.code === 0 ? JSON.parse(ran.stdout) : undefined
  const clients = report?.clients.map(({ client, phases: { during, after }, ...rest }) => {
    const lost = `${during.lost} of ${during.requests} lost while the zone was down, ${after.lost} of ${after.requests} after`
    return { ...rest, client, during, after, line: `${client}: ${lost}` }
  })
  const of = (kind: ClientKind) => clients?.find(({ client }) => client === kind)
  const [again, once] = [of('resolves every time'), of('resolved once')]
  await proofs.prove('the address in the zone leaves the name within its 60 s to live', async () => ({
    passed: report?.leftDnsSeconds !== undefined && report.leftDnsSeconds <= 60,
    evidence: report ? `${report.address} left after ${report.leftDnsSeconds} s` : said(ran),
  }))
  await proofs.prove('a client that resolves again goes on, by the other zone', async () => ({
    passed: again !== undefined && again.during.lost < again.during.requests && again.after.lost === 0,
    evidence: again?.line ?? '',
  }))
  await proofs.prove(
    'a client that keeps the address for ever loses what it sends until the zone is back',
    async () => ({
      passed: once !== undefined && once.during.lost === once.during.requests && once.after.lost < once.after.requests,
      evidence: once?.line ?? '',
    }),
  )
}

/** One request for `/`, by a connection of its own. */
function get({ world }: Run, instanceId: string, host: string): Promise<Ran> {
  return world.exec(instanceId, 'curl', '-sS', '--connect-timeout', '2', '--max-time', '4', `http://${host}/`)
}

/** Looks again until it is as wanted, for a bounded time; what was seen last. */
async function until<T>(look: () => Promise<T>, isWanted: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const seen = await look()
    if (isWanted(seen) || Date.now() > deadline) return seen
    await new Promise((tick) => setTimeout(tick, 200))
  }
}

function required(endpoint: BuiltEndpoint | undefined): BuiltEndpoint {
  if (!endpoint) throw new Error('the endpoint was not made')
  return endpoint
}

function lineWith(text: string, word: string): string {
  return text.split('\n').find((line) => line.includes(word)) ?? text.slice(0, 300)
}
