// The lab `private-api`: a private REST API is reached through an interface endpoint of execute-api and in no other way,
// by each of the names that it has there. What refuses is in turn the path, the resource policy and the endpoint's policy.

import {
  type Explained,
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
import type { LabWorld } from '../lab-world.ts'
import type { Ran } from '../run.ts'
import { SdkDeployment } from './sdk-deployment.ts'
import type { Built, BuiltEndpoint, Situation } from './situation.ts'

const ANSWER = '{"pets":["rex"]}'
const DENIED = 'User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:'

const NOTHING: Situation = { endpoint: false, privateDns: false, otherEndpoint: false, endpointLimited: false }
const BY_ITS_NAMES: Situation = { ...NOTHING, endpoint: true }
const PRIVATE_DNS: Situation = { ...BY_ITS_NAMES, privateDns: true }
const OTHER_ENDPOINT: Situation = { ...PRIVATE_DNS, otherEndpoint: true }
const LIMITED: Situation = { ...OTHER_ENDPOINT, endpointLimited: true }

export const PRIVATE_API: Lab<Situation, Built> = {
  name: 'private-api',
  directory: new URL('.', import.meta.url),
  variables: ({ endpoint, privateDns, otherEndpoint, endpointLimited }) => ({
    endpoint,
    private_dns: privateDns,
    other_endpoint: otherEndpoint,
    endpoint_limited: endpointLimited,
  }),
  built: (outputs) => ({
    instanceId: String(outputs.instance_id),
    otherInstanceId: String(outputs.other_instance_id),
    routeTableId: String(outputs.route_table_id),
    apiId: String(outputs.api_id),
    regionalApiId: String(outputs.regional_api_id),
    endpoint: outputs.endpoint_id
      ? {
          id: String(outputs.endpoint_id),
          regionalName: String(outputs.endpoint_regional_name),
          zonalName: String(outputs.endpoint_zonal_name),
        }
      : undefined,
  }),
  bySdk: (world) => new SdkDeployment(world),
  prove: provePrivateApi,
}

export function run(options: LabOptions = {}): Promise<boolean> {
  return runLab(PRIVATE_API, options)
}

async function provePrivateApi(lab: LabRun<Situation, Built>): Promise<void> {
  const { deployment, proofs } = lab

  proofs.heading('No endpoint')
  const base = await deployment.apply(NOTHING)
  const name = nameOf(base.apiId)
  await proveResolves(lab, { claim: 'the API has a public address', ...fromApp(base, name), wanted: isPublic })
  await proveTimesOut(proofs, 'to which there is no path', () => getPets(lab.world, base.instanceId, name))
  await proveExplained(lab, asked(base, base.instanceId), { stage: 'route', by: base.routeTableId })

  proofs.heading('With the endpoint, without private DNS')
  await proveNames(lab, await deployment.apply(BY_ITS_NAMES))

  proofs.heading('With private DNS')
  const withDns = await deployment.apply(PRIVATE_DNS)
  await provePrivateDns(lab, withDns)

  proofs.heading('The other VPC with an endpoint of its own')
  const both = await deployment.apply(OTHER_ENDPOINT)
  const byOther = () => getPets(lab.world, both.otherInstanceId, name)
  await proveResolves(lab, { claim: 'the name leads to it', ...fromOther(both, name), wanted: isPrivate })
  await proveRefused(proofs, 'the resource policy does not let that endpoint in', byOther, DENIED)
  const policy = `restapis/${both.apiId} policy`
  await proveExplained(lab, asked(both, both.otherInstanceId), { stage: 'resource-policy', by: policy })
  await proveWorks(
    proofs,
    'the first endpoint passes as before',
    () => getPets(lab.world, both.instanceId, name),
    ANSWER,
  )

  proofs.heading('An endpoint policy that denies GET /pets')
  const limited = await deployment.apply(LIMITED)
  const denied = () => getPets(lab.world, limited.instanceId, name)
  await proveRefused(proofs, 'the call is refused: explicit deny', denied, 'with an explicit deny')
  await proveExplained(lab, asked(limited, limited.instanceId), { stage: 'endpoint-policy', by: limited.endpoint?.id })
}

/** The names by which the API is reached while its own name is public. */
async function proveNames(lab: LabRun<Situation, Built>, built: Built): Promise<void> {
  const { proofs, world } = lab
  const { regionalName, zonalName, id } = requireEndpoint(built)
  const name = nameOf(built.apiId)
  const host = `Host: ${name}`
  const alias = nameOf(`${built.apiId}-${id}`)
  const app = (at: string, ...args: string[]) => getPets(world, built.instanceId, at, ...args)
  await proveResolves(lab, { claim: "the API's own name is still public", ...fromApp(built, name), wanted: isPublic })
  const regional = { ...fromApp(built, regionalName), wanted: isPrivate }
  await proveResolves(lab, { claim: "the endpoint's regional name leads to its addresses", ...regional })
  await proveWorks(proofs, 'the regional name with the API in Host', () => app(regionalName, '-H', host), ANSWER)
  const header = `x-apigw-api-id: ${built.apiId}`
  await proveWorks(proofs, 'the regional name with x-apigw-api-id', () => app(regionalName, '-H', header), ANSWER)
  const inZone = { ...fromApp(built, zonalName), wanted: (address: string) => address.startsWith('10.0.1.') }
  await proveResolves(lab, { claim: "the zonal name leads to the zone's address alone", ...inZone })
  await proveWorks(proofs, 'the zonal name with the API in Host', () => app(zonalName, '-H', host), ANSWER)
  await proveResolves(lab, { claim: '{api}-{vpce} leads to the endpoint', ...fromApp(built, alias), wanted: isPrivate })
  await proveWorks(proofs, '{api}-{vpce} names the API by itself', () => app(alias), ANSWER)
  await proveRefused(
    proofs,
    "the endpoint's name alone names no API",
    () => app(regionalName),
    '{"message":"Forbidden"}',
  )
  const fromOtherVpc = () => getPets(world, built.otherInstanceId, regionalName, '-H', host)
  await proveTimesOut(proofs, 'from the other VPC there is no path to the endpoint', fromOtherVpc)
}

async function provePrivateDns(lab: LabRun<Situation, Built>, built: Built): Promise<void> {
  const { proofs, world } = lab
  const name = nameOf(built.apiId)
  const regional = nameOf(built.regionalApiId)
  await proveResolves(lab, {
    claim: "the API's own name leads to the endpoint",
    ...fromApp(built, name),
    wanted: isPrivate,
  })
  await proveWorks(proofs, 'and the call works', () => getPets(world, built.instanceId, name), ANSWER)
  await proveReachable(lab, asked(built, built.instanceId))
  const captured = () => getPets(world, built.instanceId, regional)
  const claim = 'a regional API is captured by the private name, and refused'
  await proveRefused(proofs, claim, captured, '{"message":"Forbidden"}')
  await proveResolves(lab, {
    claim: 'in the other VPC the name is public',
    ...fromOther(built, name),
    wanted: isPublic,
  })
  const other = () => getPets(world, built.otherInstanceId, name)
  await proveTimesOut(proofs, 'and there is no path', other)
}

/** The question of explain: the API's own name, and the call. */
function asked({ apiId }: Built, from: string): Explained {
  const resource = `arn:aws:execute-api:us-east-1:123456789012:${apiId}/prod/GET/pets`
  return { from, to: `${nameOf(apiId)}:443`, request: { action: 'execute-api:Invoke', resource } }
}

function nameOf(api: string): string {
  return `${api}.execute-api.us-east-1.amazonaws.com`
}

function fromApp({ instanceId }: Built, name: string) {
  return { instanceId, name }
}

function fromOther({ otherInstanceId }: Built, name: string) {
  return { instanceId: otherInstanceId, name }
}

function requireEndpoint({ endpoint }: Built): BuiltEndpoint {
  if (!endpoint) throw new Error('there is no endpoint')
  return endpoint
}

/** `curl` inside the instance; an answer that is not a success is a failure, with its body. */
function getPets(world: LabWorld, instanceId: string, host: string, ...args: string[]): Promise<Ran> {
  const url = `https://${host}/prod/pets`
  return world.exec(instanceId, 'curl', '-sS', '--fail-with-body', '-m', '4', ...args, url)
}
