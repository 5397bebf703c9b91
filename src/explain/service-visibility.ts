// Why does this service not exist for me? What a consumer lacks to reach a user's endpoint service: a permission, a zone, an
// endpoint, an acceptance. To an account that may not see it a service looks exactly as one that is not there.

import type { VpcNetwork } from '../compile/network.ts'
import type { EndpointService } from '../store/load-balancing-records.ts'
import type { AccountId, Region } from '../store/records.ts'
import { type EndpointInState, whyNotInForce } from './endpoint-state.ts'
import { pass, type Step, stop } from './trace.ts'

export interface VisibilityQuestion {
  /** As it was asked for: `vpce-svc-…` or the whole name. */
  readonly name: string
  readonly account: AccountId
  readonly region: Region
  readonly vpc: VpcNetwork
  readonly service?: Pick<EndpointService, 'id' | 'owner' | 'region' | 'supportedRegions'>
  readonly isAllowed: boolean
  readonly allowedPrincipals: readonly string[]
  /** The zones that the service is in, by id. */
  readonly zoneIds: readonly string[]
  /** The account's endpoints for it in the VPC. */
  readonly endpoints: readonly EndpointInState[]
  /** Who is told. Absent: everything is said. */
  readonly seenBy?: AccountId
}

/** The steps up to an endpoint that is in force; its way goes on as any packet's. */
export function visibilitySteps(question: VisibilityQuestion): Step[] {
  const { service, isAllowed, vpc } = question
  if (!service || !isAllowed) return [hiddenStep(question)]
  const seen = pass({
    stage: 'endpoint-service',
    by: service.id,
    why: `account ${question.account} may use ${service.id}`,
  })
  const there = regionSteps(question, service)
  if (there.length > 0) return [seen, ...there]
  return [seen, ...endpointSteps(question, service.id, vpc)]
}

function hiddenStep(question: VisibilityQuestion): Step {
  const { name, account, service, allowedPrincipals, seenBy } = question
  const isTold = service !== undefined && (seenBy === undefined || seenBy === service.owner)
  const head = { stage: 'endpoint-service', by: service && isTold ? service.id : name } as const
  if (!service || !isTold) {
    const hint = 'to an account that is not allowed a service looks as if it did not exist: ask its owner'
    return stop({ ...head, why: `${name} does not exist for account ${account}; ${hint}` })
  }
  const allowed = allowedPrincipals.join(', ') || 'nobody but itself'
  const why = `its owner, ${service.owner}, allows ${allowed}; to account ${account} it looks as if it did not exist`
  const remedy = `aws ec2 modify-vpc-endpoint-service-permissions --service-id ${service.id} --add-allowed-principals arn:aws:iam::${account}:root`
  return stop({ ...head, why: `${why}; as its owner: ${remedy}` })
}

function regionSteps({ region }: VisibilityQuestion, service: NonNullable<VisibilityQuestion['service']>): Step[] {
  if (service.supportedRegions.includes(region)) return []
  const why = `${service.id} is of ${service.region} and offered in ${service.supportedRegions.join(', ')}, not in ${region}`
  return [stop({ stage: 'endpoint-service', by: service.id, why })]
}

function endpointSteps(
  { endpoints, zoneIds, service, region }: VisibilityQuestion,
  serviceId: string,
  vpc: VpcNetwork,
): Step[] {
  const inForce = endpoints.find((endpoint) => whyNotInForce(endpoint) === undefined)
  if (inForce) return []
  if (endpoints.length > 0) {
    return endpoints.map((endpoint) =>
      stop({ stage: 'endpoint-state', by: endpoint.id, why: whyNotInForce(endpoint) ?? '' }),
    )
  }
  const own = [...new Set(vpc.subnets.map(({ availabilityZoneId }) => availabilityZoneId))].sort()
  const none = stop({ stage: 'endpoint-state', by: vpc.id, why: `${vpc.id} has no endpoint for ${serviceId}` })
  const isElsewhere = service?.region === region && !own.some((zoneId) => zoneIds.includes(zoneId))
  if (!isElsewhere) return [none]
  const why = `the service is in ${zoneIds.join(', ') || 'no zone'}, and ${vpc.id} has subnets in ${own.join(', ') || 'none'} only`
  return [stop({ stage: 'zone', by: serviceId, why }), none]
}
