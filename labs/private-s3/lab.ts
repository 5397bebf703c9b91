// The lab `private-s3`: an instance with no way out reaches S3 through a gateway endpoint, and only as the endpoint's
// policy lets it. Every claim is proved with a real command inside the instance, and explained.

import { DescribeRouteTablesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  isPublic,
  proveExplained,
  proveReachable,
  proveRefused,
  proveResolves,
  proveTimesOut,
  proveWorks,
} from '../claims.ts'
import { type Lab, type LabOptions, type LabRun, runLab } from '../lab.ts'
import type { Request } from '../lab-world.ts'
import { clientOf } from '../sdk-stack.ts'
import { instanceS3 } from './s3-client.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import type { Built, Situation } from './situation.ts'

const S3 = 's3.us-east-1.amazonaws.com'
const GET: Request = { action: 's3:GetObject', resource: 'arn:aws:s3:::company-confidential-data/report.txt' }
const PUT: Request = { action: 's3:PutObject', resource: 'arn:aws:s3:::company-confidential-data/new.txt' }
const PARTNER_GET: Request = { action: 's3:GetObject', resource: 'arn:aws:s3:::partner-shared-data/offer.txt' }

export const PRIVATE_S3: Lab<Situation, Built> = {
  name: 'private-s3',
  directory: new URL('.', import.meta.url),
  variables: ({ endpoint, endpointRouted, egressHttps }) => ({
    endpoint,
    endpoint_routed: endpointRouted,
    egress_https: egressHttps,
  }),
  built: (outputs) => ({
    instanceId: String(outputs.instance_id),
    routeTableId: String(outputs.route_table_id),
    securityGroupId: String(outputs.security_group_id),
    endpointId: outputs.endpoint_id ? String(outputs.endpoint_id) : undefined,
  }),
  bySdk: (world) => new SdkDeployment(world),
  prove: provePrivateS3,
}

export function run(options: LabOptions = {}): Promise<boolean> {
  return runLab(PRIVATE_S3, options)
}

async function provePrivateS3(lab: LabRun<Situation, Built>): Promise<void> {
  const { world, deployment, proofs, client } = lab
  const base = await deployment.apply({ endpoint: false, endpointRouted: false, egressHttps: true })
  const s3 = await instanceS3(world, base.instanceId, client)
  const read = () => s3.get('company-confidential-data', 'report.txt')
  const asked = (request?: Request) => ({ from: base.instanceId, to: `${S3}:443`, ...(request && { request }) })
  proofs.heading(`No endpoint (inside the instance: ${s3.name})`)
  const claim = `${S3} resolves to public addresses, as AWS's does`
  await proveResolves(lab, { claim, instanceId: base.instanceId, name: S3, wanted: isPublic })
  await proveTimesOut(proofs, 'S3 times out', read)
  await proveExplained(lab, asked(), { stage: 'route', by: base.routeTableId })

  proofs.heading('With the S3 gateway endpoint')
  const open = await deployment.apply({ endpoint: true, endpointRouted: true, egressHttps: true })
  await proveRoute(lab, open, true)
  await proveWorks(proofs, 'the object is read', read, 'for the company only\n')
  await proveReachable(lab, asked(GET))
  await proveRefused(
    proofs,
    'PutObject is refused: no statement allows it',
    () => s3.put('company-confidential-data', 'new.txt'),
    'because no VPC endpoint policy allows the s3:PutObject action',
  )
  await proveExplained(lab, asked(PUT), { stage: 'endpoint-policy', by: open.endpointId })
  await proveRefused(
    proofs,
    "the other account's bucket is refused: explicit deny",
    () => s3.get('partner-shared-data', 'offer.txt'),
    'with an explicit deny in a VPC endpoint policy',
  )
  await proveExplained(lab, asked(PARTNER_GET), { stage: 'endpoint-policy', by: open.endpointId })

  proofs.heading('The route table taken off the endpoint')
  const unrouted = await deployment.apply({ endpoint: true, endpointRouted: false, egressHttps: true })
  await proveRoute(lab, unrouted, false)
  await proveTimesOut(proofs, 'S3 times out again', read)
  await proveExplained(lab, asked(), { stage: 'route', by: unrouted.routeTableId })

  proofs.heading('The endpoint back, and no egress rule for 443')
  const closed = await deployment.apply({ endpoint: true, endpointRouted: true, egressHttps: false })
  await proveTimesOut(proofs, 'S3 times out: the security group drops it', read)
  await proveExplained(lab, asked(), { stage: 'sg-egress', by: closed.securityGroupId })
}

function proveRoute({ world, proofs }: LabRun<Situation, Built>, built: Built, wanted: boolean): Promise<void> {
  return proofs.prove(wanted ? 'pl-… is in the route table' : 'pl-… is out of the route table', async () => {
    const ec2 = new EC2Client(clientOf(world))
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [built.routeTableId] }))
    const routes = RouteTables?.[0]?.Routes ?? []
    const lines = routes.map(
      (route) => `${route.DestinationCidrBlock ?? route.DestinationPrefixListId} -> ${route.GatewayId}`,
    )
    const found = routes.some((route) => route.DestinationPrefixListId && route.GatewayId === built.endpointId)
    return { passed: found === wanted, evidence: lines.join('\n') }
  })
}
