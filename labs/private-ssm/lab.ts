// The lab `private-ssm`: an instance without a public address, an internet gateway or a NAT gateway is reached by
// Session Manager through three interface endpoints, and reads S3 through a gateway endpoint.

import {
  CreateVpcEndpointCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  RebootInstancesCommand,
} from '@aws-sdk/client-ec2'
import { isPrivate, isPublic, proveResolves, proveTimesOut, proveWorks, said } from '../claims.ts'
import { type Lab, type LabOptions, type LabRun, runLab } from '../lab.ts'
import { instanceS3 } from '../private-s3/s3-client.ts'
import { clientOf } from '../sdk-stack.ts'
import { hostName, ManagedInstance, missingForSession } from './managed-instance.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import { type AgentService, type Built, SERVICES, type Situation } from './situation.ts'

const BASE: Situation = { dnsHostnames: false, interfaceEndpoints: [], s3Endpoint: false }
const BUCKET = 'private-ssm-lab'

export const PRIVATE_SSM: Lab<Situation, Built> = {
  name: 'private-ssm',
  directory: new URL('.', import.meta.url),
  variables: ({ dnsHostnames, interfaceEndpoints, s3Endpoint }) => ({
    enable_dns_hostnames: dnsHostnames,
    interface_endpoints: interfaceEndpoints,
    s3_endpoint: s3Endpoint,
  }),
  built: (outputs) => ({
    instanceId: String(outputs.instance_id),
    vpcId: String(outputs.vpc_id),
    subnetId: String(outputs.subnet_id),
    routeTableId: String(outputs.route_table_id),
    endpointGroupId: String(outputs.endpoint_security_group_id),
  }),
  bySdk: (world) => new SdkDeployment(world),
  prove: provePrivateSsm,
}

export function run(options: LabOptions = {}): Promise<boolean> {
  return runLab(PRIVATE_SSM, options)
}

type Run = LabRun<Situation, Built>

async function provePrivateSsm(lab: Run): Promise<void> {
  const { world, deployment, proofs } = lab
  const built = await deployment.apply(BASE)
  const instance = new ManagedInstance(world, built.instanceId)
  proofs.heading('Phase 0: a private network')
  await provePrivate(lab, built)
  await proveNoInternet(lab, built)

  proofs.heading('Phase 1: an instance with its role, and no endpoint')
  await proveOffline(lab, instance, [])
  await provePrivateDnsRefused(lab, built)
  const withEndpoints: AgentService[] = []
  for (const service of SERVICES) {
    withEndpoints.push(service)
    await deployment.apply({ ...BASE, dnsHostnames: true, interfaceEndpoints: withEndpoints })
    proofs.heading(`With ${withEndpoints.length} of 3 endpoints: ${withEndpoints.join(', ')}`)
    if (withEndpoints.length < SERVICES.length) await proveOffline(lab, instance, withEndpoints)
  }
  await proveOnline(lab, instance)
  await proveSessions(lab, instance)
  await proveNoInternet(lab, built)

  proofs.heading('Phase 2: S3 by the gateway endpoint')
  const s3 = await instanceS3(world, built.instanceId, lab.client)
  await proveTimesOut(proofs, 'without it a copy from S3 times out', () => s3.get(BUCKET, 'text.txt'))
  await deployment.apply({ dnsHostnames: true, interfaceEndpoints: SERVICES, s3Endpoint: true })
  await proveWorks(proofs, 'with it the copy works', () => s3.get(BUCKET, 'text.txt'), 'read without the internet')
  const copy = `aws s3 cp s3://${BUCKET}/text.txt -`
  if (s3.name === 'aws') {
    await proveWorks(proofs, 'also by Run Command', () => instance.runCommand(copy), 'read without the internet')
  }
}

/** No way out but the local route, and no public address. */
function provePrivate({ world, proofs }: Run, { vpcId, instanceId, routeTableId }: Built): Promise<void> {
  return proofs.prove('no internet gateway, no NAT, no public address', async () => {
    const ec2 = new EC2Client(clientOf(world))
    const attached = [{ Name: 'attachment.vpc-id', Values: [vpcId] }]
    const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters: attached }))
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }))
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))
    const instance = Reservations?.[0]?.Instances?.[0]
    const routes = RouteTables?.[0]?.Routes?.map((route) => `${route.DestinationCidrBlock} -> ${route.GatewayId}`)
    const passed =
      InternetGateways.length === 0 &&
      instance?.PublicIpAddress === undefined &&
      routes?.join() === '10.0.0.0/16 -> local'
    return { passed, evidence: `${instance?.PrivateIpAddress}; ${routes?.join('; ')}` }
  })
}

async function proveNoInternet({ world, proofs }: Run, { instanceId }: Built): Promise<void> {
  const curl = (url: string) => world.exec(instanceId, 'curl', '-sS', '--max-time', '3', url)
  await proofs.prove('a public site cannot be reached by its name', async () => {
    const ran = await curl('https://www.google.com/')
    return { passed: ran.code === 6 || ran.code === 28, evidence: said(ran) }
  })
  await proveTimesOut(proofs, 'nor by an address', () => curl('https://8.8.8.8/'))
  await proveTimesOut(proofs, "nor AWS's public addresses, which names lead to", () =>
    curl('https://ec2.us-east-1.amazonaws.com/'),
  )
}

/** The agent has tried since the endpoints are what they are, and got nowhere; explain says for which names. */
async function proveOffline({ world, proofs }: Run, instance: ManagedInstance, present: readonly AgentService[]) {
  // Before there was any endpoint, whatever it said will do.
  const since = present.length === 0 ? new Date(0) : new Date()
  const count = present.length === 0 ? 'no endpoint' : `${present.length} of the three`
  await proofs.prove(`the agent is offline with ${count}`, async () => {
    const complaint = await instance.complaintSince(since)
    const status = await instance.pingStatus()
    const refusal = await instance.startSessionRefusal()
    return {
      passed:
        complaint !== '' && status !== 'Online' && refusal === `TargetNotConnected: ${instance.id} is not connected.`,
      evidence: [`its log: ${complaint}`, `PingStatus: ${status}`, `StartSession: ${refusal}`].join('\n'),
    }
  })
  await proofs.prove(`explain ${instance.id} ssm names what is missing`, async () => {
    const { code, stdout } = await world.postern('explain', instance.id, 'ssm')
    const missing = SERVICES.filter((service) => !present.includes(service))
    const blames = (service: AgentService) => stoppedNames(stdout).includes(`${service}.us-east-1.amazonaws.com`)
    const passed = code !== 0 && missing.every(blames) && !present.some(blames)
    return {
      passed,
      evidence: stdout
        .split('\n')
        .filter((line) => /STOP/.test(line))
        .map((line) => line.trim())
        .join('\n'),
    }
  })
}

/** The names in whose block of explain's text something stops. */
function stoppedNames(text: string): string[] {
  const stopped: string[] = []
  let name = ''
  for (const line of text.split('\n')) {
    if (/^\S+\.amazonaws\.com$/.test(line)) name = line
    if (/^ {2}STOP/.test(line)) stopped.push(name)
  }
  return stopped
}

/** AWS wants both attributes of the VPC before it gives private DNS. */
async function provePrivateDnsRefused({ world, proofs }: Run, { vpcId, subnetId, endpointGroupId }: Built) {
  const ec2 = new EC2Client(clientOf(world))
  const set = (change: object) => ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpcId, ...change }))
  const sentence = `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`
  const create = () =>
    ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.us-east-1.ssm',
        SubnetIds: [subnetId],
        SecurityGroupIds: [endpointGroupId],
        PrivateDnsEnabled: true,
      }),
    )
  const proveRefused = (attribute: string) =>
    proofs.prove(`an endpoint with private DNS is refused while ${attribute} is off`, async () => {
      const refusal = await create().then(
        () => 'it was made',
        (error: Error) => `${error.name}: ${error.message}`,
      )
      return { passed: refusal.startsWith('InvalidParameter: ') && refusal.includes(sentence), evidence: refusal }
    })
  await proveRefused('enableDnsHostnames')
  await set({ EnableDnsHostnames: { Value: true } })
  await set({ EnableDnsSupport: { Value: false } })
  await proveRefused('enableDnsSupport')
  await set({ EnableDnsSupport: { Value: true } })
}

async function proveOnline(lab: Run, instance: ManagedInstance): Promise<void> {
  const { world, proofs } = lab
  const instanceId = instance.id
  for (const service of SERVICES) {
    const name = `${service}.us-east-1.amazonaws.com`
    await proveResolves(lab, { claim: `${name} leads to its endpoint`, instanceId, name, wanted: isPrivate })
  }
  const s3 = 's3.us-east-1.amazonaws.com'
  await proveResolves(lab, { claim: 'other names still lead to the internet', instanceId, name: s3, wanted: isPublic })
  await proofs.prove('after a reboot the agent is Online', async () => {
    await new EC2Client(clientOf(world)).send(new RebootInstancesCommand({ InstanceIds: [instanceId] }))
    const started = Date.now()
    // The agent may have found its last endpoint before the reboot, so only a later ping says anything.
    const status = await instance.whenOnline(new Date(started))
    return {
      passed: status === 'Online',
      evidence: `PingStatus: ${status} after ${Math.round((Date.now() - started) / 1000)} s`,
    }
  })
  await proofs.prove(`explain ${instanceId} ssm finds nothing in the way`, async () => {
    const ran = await world.postern('explain', instanceId, 'ssm')
    return { passed: ran.code === 0, evidence: ran.stdout.split('\n')[0] ?? '' }
  })
}

/** A shell by Postern's own client and by the real one, and Run Command. */
async function proveSessions({ world, proofs }: Run, instance: ManagedInstance): Promise<void> {
  const here = await hostName()
  const shown = (ran: { readonly stdout: string }) =>
    /\bname=ip-10-0-1-\d+/.test(ran.stdout) && !ran.stdout.includes(`name=${here}\n`)
  const typed = 'echo name=$(hostname)\nexit\n'
  await proofs.prove(`postern ssm ${instance.id} gives a shell in the instance`, async () => {
    const ran = await world.ssm(instance.id, typed)
    return { passed: shown(ran), evidence: said(ran) }
  })
  const claim = `aws ssm start-session --target ${instance.id} gives a shell in the instance`
  const missing = await missingForSession()
  if (missing !== '') proofs.skip(claim, `not on this machine: ${missing}`)
  else {
    await proofs.prove(claim, async () => {
      const ran = await instance.sessionByPlugin(typed)
      return { passed: shown(ran), evidence: said(ran) }
    })
  }
  const command = 'echo name=$(hostname)'
  await proofs.prove('aws ssm send-command runs, and its output comes back', async () => {
    const ran = await instance.runCommand(command)
    return { passed: ran.code === 0 && shown(ran), evidence: said(ran) }
  })
}
