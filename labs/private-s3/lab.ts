// The lab `private-s3`: an instance with no way out reaches S3 through a gateway endpoint, and only as the endpoint's
// policy lets it. Every claim is proved with a real command inside the instance, and explained.

import { DescribeRouteTablesCommand, EC2Client } from '@aws-sdk/client-ec2'
import type { Stage } from '../../src/compile/stages.ts'
import { LabWorld, type Request } from '../lab-world.ts'
import { Proofs } from '../proofs.ts'
import type { Ran } from '../run.ts'
import { findTerraform } from '../terraform.ts'
import type { Built, Deployment } from './deployment.ts'
import { type ClientName, type InstanceS3, instanceS3 } from './s3-client.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import { TerraformDeployment } from './terraform-deployment.ts'

const S3 = 's3.us-east-1.amazonaws.com'
const GET: Request = { action: 's3:GetObject', resource: 'arn:aws:s3:::company-confidential-data/report.txt' }
const PUT: Request = { action: 's3:PutObject', resource: 'arn:aws:s3:::company-confidential-data/new.txt' }
const PARTNER_GET: Request = { action: 's3:GetObject', resource: 'arn:aws:s3:::partner-shared-data/offer.txt' }

/** Runs the lab in a world of its own and prints each proof; true when every claim held. */
export async function run(options: { keep?: boolean } = {}): Promise<boolean> {
  const started = Date.now()
  const world = await LabWorld.start()
  const proofs = new Proofs()
  try {
    const deployment = await chooseDeployment(world)
    console.log(`private-s3: built by ${deployment.tool}, at ${world.endpoint}`)
    await provePrivateS3(world, deployment, proofs)
    if (!options.keep) await deployment.destroy()
  } finally {
    if (options.keep) console.log(`\nkept: export POSTERN_ENDPOINT=${world.endpoint}`)
    else await world.stop()
  }
  const held = proofs.all.length - proofs.failed.length
  console.log(`\n${held} of ${proofs.all.length} claims proved in ${Math.round((Date.now() - started) / 1000)} s`)
  return proofs.failed.length === 0
}

/** Terraform where it is and can run, else the SDK. */
async function chooseDeployment(world: LabWorld): Promise<Deployment> {
  const binary = findTerraform()
  if (!binary) return new SdkDeployment(world)
  try {
    return await TerraformDeployment.init(world, binary)
  } catch (error) {
    const [first] = String(error)
      .split('\n')
      .filter((line) => /Error/.test(line))
      .slice(-1)
    console.log(`${binary} init failed (${first ?? error}); going on without Terraform`)
    return new SdkDeployment(world)
  }
}

/** All claims, in order; each situation is built by `deployment`. */
export async function provePrivateS3(
  world: LabWorld,
  deployment: Deployment,
  proofs: Proofs,
  client?: ClientName,
): Promise<void> {
  const lab = { world, proofs }
  const base = await deployment.apply({ endpoint: false, endpointRouted: false, egressHttps: true })
  const s3 = await instanceS3(world, base.instanceId, client)
  proofs.heading(`No endpoint (inside the instance: ${s3.name})`)
  await proveResolves(lab, base)
  await proveTimesOut(lab, s3, 'S3 times out')
  await proveExplained(lab, base, 'route', base.routeTableId)

  proofs.heading('With the S3 gateway endpoint')
  const open = await deployment.apply({ endpoint: true, endpointRouted: true, egressHttps: true })
  await proveRoute(lab, open, true)
  await proveRead(lab, s3)
  await proveReachable(lab, open)
  await proveRefused(lab, await s3.put('company-confidential-data', 'new.txt'), {
    claim: 'PutObject is refused: no statement allows it',
    sentence: 'because no VPC endpoint policy allows the s3:PutObject action',
  })
  await proveExplained(lab, open, 'endpoint-policy', open.endpointId, PUT)
  await proveRefused(lab, await s3.get('partner-shared-data', 'offer.txt'), {
    claim: "the other account's bucket is refused: explicit deny",
    sentence: 'with an explicit deny in a VPC endpoint policy',
  })
  await proveExplained(lab, open, 'endpoint-policy', open.endpointId, PARTNER_GET)

  proofs.heading('The route table taken off the endpoint')
  const unrouted = await deployment.apply({ endpoint: true, endpointRouted: false, egressHttps: true })
  await proveRoute(lab, unrouted, false)
  await proveTimesOut(lab, s3, 'S3 times out again')
  await proveExplained(lab, unrouted, 'route', unrouted.routeTableId)

  proofs.heading('The endpoint back, and no egress rule for 443')
  const closed = await deployment.apply({ endpoint: true, endpointRouted: true, egressHttps: false })
  await proveTimesOut(lab, s3, 'S3 times out: the security group drops it')
  await proveExplained(lab, closed, 'sg-egress', closed.securityGroupId)
}

interface Lab {
  readonly world: LabWorld
  readonly proofs: Proofs
}

function proveResolves({ world, proofs }: Lab, { instanceId }: Built): Promise<void> {
  return proofs.prove(`${S3} resolves to public addresses, as AWS's does`, async () => {
    const { stdout, stderr } = await world.exec(instanceId, 'dig', '+short', S3)
    return {
      passed: /^\d+\.\d+\.\d+\.\d+$/m.test(stdout),
      evidence: `dig +short: ${stdout.trim().split('\n').join(' ')}${stderr}`,
    }
  })
}

function proveTimesOut({ proofs }: Lab, s3: InstanceS3, claim: string): Promise<void> {
  return proofs.prove(claim, async () => {
    const ran = await s3.get('company-confidential-data', 'report.txt')
    return { passed: ran.code !== 0 && /timed? ?out|timeout/i.test(said(ran)), evidence: said(ran) }
  })
}

function proveRead({ proofs }: Lab, s3: InstanceS3): Promise<void> {
  return proofs.prove('the object is read', async () => {
    const ran = await s3.get('company-confidential-data', 'report.txt')
    return { passed: ran.code === 0 && ran.stdout === 'for the company only\n', evidence: said(ran) }
  })
}

function proveRefused(
  { proofs }: Lab,
  ran: Ran,
  { claim, sentence }: { claim: string; sentence: string },
): Promise<void> {
  return proofs.prove(claim, async () => ({
    passed: ran.code !== 0 && said(ran).includes(sentence),
    evidence: said(ran),
  }))
}

function proveRoute({ world, proofs }: Lab, built: Built, wanted: boolean): Promise<void> {
  return proofs.prove(wanted ? 'pl-… is in the route table' : 'pl-… is out of the route table', async () => {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const ec2 = new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [built.routeTableId] }))
    const routes = RouteTables?.[0]?.Routes ?? []
    const lines = routes.map(
      (route) => `${route.DestinationCidrBlock ?? route.DestinationPrefixListId} -> ${route.GatewayId}`,
    )
    const found = routes.some((route) => route.DestinationPrefixListId && route.GatewayId === built.endpointId)
    return { passed: found === wanted, evidence: lines.join('\n') }
  })
}

function proveReachable({ world, proofs }: Lab, built: Built): Promise<void> {
  return proofs.prove('explain agrees: it passes', async () => {
    const trace = await world.explain(built.instanceId, `${S3}:443`, GET)
    return {
      passed: trace.verdict === 'reachable',
      evidence: trace.steps.map((step) => `${step.stage}: ${step.by}`).join('\n'),
    }
  })
}

/** Explain stops the flow at `stage`, and names the resource that decided. */
function proveExplained(
  { world, proofs }: Lab,
  built: Built,
  stage: Stage,
  by: string | undefined,
  request?: Request,
): Promise<void> {
  return proofs.prove(`explain names ${stage} and ${by}`, async () => {
    const trace = await world.explain(built.instanceId, `${S3}:443`, request)
    const blocker = trace.blockers.find((step) => step.stage === stage)
    const passed = trace.verdict === 'stopped' && by !== undefined && blocker?.by.includes(by) === true
    return {
      passed,
      evidence: trace.blockers.map((step) => `${step.stage} ${step.by}: ${step.why}`).join('\n') || trace.verdict,
    }
  })
}

function said({ code, stdout, stderr }: Ran): string {
  return (
    [stdout, stderr]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n')
      .slice(0, 600) || `exit code ${code}`
  )
}
