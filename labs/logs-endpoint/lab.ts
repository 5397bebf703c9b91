// The lab `logs-endpoint`: an instance with no way out writes to CloudWatch Logs through an interface endpoint. What
// decides is in turn the endpoint, its private DNS, its security group and its policy; explain names each.

import {
  isPrivate,
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
import { type InstanceLogs, instanceLogs } from './logs-client.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import type { Built, Situation } from './situation.ts'

const LOGS = 'logs.us-east-1.amazonaws.com'
const RESOURCE = 'arn:aws:logs:us-east-1:123456789012:log-group:/lab/app:log-stream:one'
const PUT: Request = { action: 'logs:PutLogEvents', resource: RESOURCE }
const GET: Request = { action: 'logs:GetLogEvents', resource: RESOURCE }

const NOTHING: Situation = { endpoint: false, privateDns: false, endpointHttps: true, endpointLimited: false }
const BY_OWN_NAME: Situation = { ...NOTHING, endpoint: true }
const PRIVATE_DNS: Situation = { ...BY_OWN_NAME, privateDns: true }
const NO_HTTPS: Situation = { ...PRIVATE_DNS, endpointHttps: false }
const LIMITED: Situation = { ...PRIVATE_DNS, endpointLimited: true }

export const LOGS_ENDPOINT: Lab<Situation, Built> = {
  name: 'logs-endpoint',
  directory: new URL('.', import.meta.url),
  variables: ({ endpoint, privateDns, endpointHttps, endpointLimited }) => ({
    endpoint,
    private_dns: privateDns,
    endpoint_https: endpointHttps,
    endpoint_limited: endpointLimited,
  }),
  built: (outputs) => ({
    instanceId: String(outputs.instance_id),
    otherInstanceId: String(outputs.other_instance_id),
    routeTableId: String(outputs.route_table_id),
    endpoint: outputs.endpoint_id
      ? {
          id: String(outputs.endpoint_id),
          name: String(outputs.endpoint_name),
          securityGroupId: String(outputs.endpoint_security_group_id),
        }
      : undefined,
  }),
  bySdk: (world) => new SdkDeployment(world),
  prove: proveLogsEndpoint,
}

export function run(options: LabOptions = {}): Promise<boolean> {
  return runLab(LOGS_ENDPOINT, options)
}

async function proveLogsEndpoint(lab: LabRun<Situation, Built>): Promise<void> {
  const { world, deployment, proofs, client } = lab
  const base = await deployment.apply(NOTHING)
  const logs = await instanceLogs(world, base.instanceId, client)
  const asked = (request?: Request) => ({ from: base.instanceId, to: `${LOGS}:443`, ...(request && { request }) })
  proofs.heading(`No endpoint (inside the instance: ${logs.name})`)
  await proveNameIs(lab, base.instanceId, isPublic, `${LOGS} resolves to public addresses`)
  await proveTimesOut(proofs, 'a call of Logs times out', () => logs.describeGroups())
  await proveExplained(lab, asked(), { stage: 'route', by: base.routeTableId })

  proofs.heading('With the endpoints, that of Logs without private DNS')
  const { endpoint } = await deployment.apply(BY_OWN_NAME)
  await proveWorks(proofs, 'S3 answers by the gateway endpoint', () => logs.listBuckets(), 'Owner')
  const name = endpoint?.name ?? ''
  await proveNameIs(lab, base.instanceId, isPublic, 'the service still resolves to public addresses')
  await proveTimesOut(proofs, 'so the call still times out', () => logs.describeGroups())
  const ownName = { claim: "the endpoint's own name resolves to its private address", name, wanted: isPrivate }
  await proveResolves(lab, { ...ownName, instanceId: base.instanceId })
  await proveWorks(proofs, 'and by that name the call works', () => logs.describeGroups(name), 'logGroups')

  proofs.heading('With private DNS')
  await deployment.apply(PRIVATE_DNS)
  await proveNameIs(lab, base.instanceId, isPrivate, `${LOGS} resolves to the endpoint's private address`)
  await proveNameIs(lab, base.otherInstanceId, isPublic, 'in the other VPC it resolves to public addresses')
  await proveLogging(lab, logs)
  await proveReachable(lab, asked(PUT))

  proofs.heading("The endpoint's security group without 443")
  await deployment.apply(NO_HTTPS)
  await proveTimesOut(proofs, 'the call times out', () => logs.describeGroups())
  await proveExplained(lab, asked(), { stage: 'sg-ingress', by: endpoint?.securityGroupId })

  proofs.heading('443 back, and an endpoint policy that lets write only')
  await deployment.apply(LIMITED)
  await proveWorks(proofs, 'events are put', () => logs.put('second'))
  const sentence = 'because no VPC endpoint policy allows the logs:GetLogEvents action'
  await proveRefused(proofs, 'reading is refused', () => logs.get(), sentence)
  await proveExplained(lab, asked(GET), { stage: 'endpoint-policy', by: endpoint?.id })
}

async function proveLogging({ proofs }: LabRun<Situation, Built>, logs: InstanceLogs): Promise<void> {
  await proveWorks(proofs, 'a log group is made', () => logs.createGroup())
  await proveWorks(proofs, 'a log stream is made', () => logs.createStream())
  await proveWorks(proofs, 'events are put', () => logs.put('first'))
  await proveWorks(proofs, 'and read back', () => logs.get(), 'first')
}

function proveNameIs(
  lab: LabRun<Situation, Built>,
  instanceId: string,
  wanted: (address: string) => boolean,
  claim: string,
): Promise<void> {
  return proveResolves(lab, { claim, instanceId, name: LOGS, wanted })
}
