// Why there is no path, in AWS's explanation codes.
// https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html

import { lookupIn } from '../../compile/lookup.ts'
import type { Network, VpcNetwork } from '../../compile/network.ts'
import { formatProtocol } from '../../ip/protocol.ts'
import type { ExplanationPart, PathExplanation } from '../../store/network-insights-records.ts'
import type { Step } from '../trace.ts'
import { aclRuleOf, routeOf, routeTableOf, transitRouteOf } from './matched.ts'

type About = Partial<Record<ExplanationPart, string>>

/** The step that stops, and where the path was to lead. */
export interface Blocker {
  readonly network: Network
  readonly step: Step
  /** The id of the path's destination, or its address. */
  readonly destination: string
  readonly protocol: number
}

export function explanationOf(blocker: Blocker): PathExplanation {
  const { step } = blocker
  switch (step.stage) {
    case 'sg-egress':
    case 'sg-ingress':
      return groupExplanation(blocker)
    case 'nacl-in':
    case 'nacl-out':
      return aclExplanation(blocker)
    case 'route':
      return routeExplanation(blocker)
    case 'transit-gateway':
      return transitExplanation(blocker)
    case 'internet-gateway':
      return internetExplanation(blocker)
    case 'source-check':
      return sourceExplanation(blocker)
    case 'nat-gateway':
      return { code: 'NO_POSSIBLE_DESTINATION', about: { natGateway: step.by } }
    case 'vpn-gateway':
      return { code: 'NO_POSSIBLE_DESTINATION', about: { component: step.by } }
    case 'endpoint-state':
      return { code: 'BAD_STATE', about: { component: step.by, vpcEndpoint: step.by } }
    case 'listener':
      return { code: 'ELBV2_LISTENERS_MISMATCH', about: { component: step.by } }
    case 'target-health':
      return { code: 'ELBV2_LISTENER_REQUIRES_TG_ACCEPT', about: { component: step.by } }
    case 'zone':
      return zoneExplanation(blocker)
    case 'target':
      return targetExplanation(blocker)
    default:
      return { code: 'NO_POSSIBLE_DESTINATION', about: { component: step.by } }
  }
}

/** The groups of an interface together have no rule for it. */
function groupExplanation({ network, step }: Blocker): PathExplanation {
  const direction = step.stage === 'sg-egress' ? 'egress' : 'ingress'
  const ids = step.by.split(' ').filter((id) => id.startsWith('sg-'))
  const vpc = network.vpcs.find(({ securityGroups }) => securityGroups.some(({ id }) => ids.includes(id)))
  const groups = vpc?.securityGroups.filter(({ id }) => ids.includes(id)) ?? []
  const isEmpty = groups.every((group) => group[direction].length === 0)
  const eni = vpc?.interfaces.filter(({ groupIds }) => groupIds.join(' ') === ids.join(' '))
  const [only, ...others] = eni ?? []
  return {
    code: isEmpty ? 'SG_HAS_NO_RULES' : 'ENI_SG_RULES_MISMATCH',
    direction,
    securityGroupIds: ids,
    about: {
      ...(vpc && { vpc: vpc.id }),
      ...(only && others.length === 0 && { networkInterface: only.id, subnet: only.subnetId }),
    },
  }
}

function aclExplanation({ network, step }: Blocker): PathExplanation {
  const found = aclRuleOf(network, step)
  const direction = step.stage === 'nacl-out' ? 'egress' : 'ingress'
  const subnets = found?.vpc.subnets.filter(({ networkAclId }) => networkAclId === found.id) ?? []
  const [only, ...others] = subnets
  return {
    code: 'SUBNET_ACL_RESTRICTION',
    direction,
    about: {
      acl: found?.id ?? step.by,
      ...(only && others.length === 0 && { subnet: only.id }),
      ...(found && { vpc: found.vpc.id }),
    },
    ...(found && { aclRule: found.matched }),
  }
}

function routeExplanation({ network, step, destination }: Blocker): PathExplanation {
  if (step.by.startsWith('pcx-')) {
    return { code: 'PCX_REQUIRES_ADDRESS_IN_VPC_CIDR', about: { vpcPeeringConnection: step.by } }
  }
  const found = routeOf(network, step)
  const table = found ?? routeTableOf(network, step)
  const about: About = {
    destination,
    ...(table && { routeTable: table.id, vpc: table.vpc.id }),
  }
  if (!found) return { code: 'NO_ROUTE_TO_DESTINATION', about }
  const code = found.matched.target === undefined ? 'BAD_STATE_ROUTE' : 'NO_ROUTE_TO_DESTINATION'
  return { code, about, route: found.matched }
}

function transitExplanation({ network, step }: Blocker): PathExplanation {
  const found = transitRouteOf(network, step)
  if (found) {
    const { id, transitGatewayId, matched } = found
    const about = { transitGateway: transitGatewayId, transitGatewayRouteTable: id }
    if (!matched) return { code: 'TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT', about }
    return { code: 'TGW_RTB_BAD_STATE_ROUTE', about, transitRoute: matched }
  }
  const attachments = network.transitGateways?.flatMap((one) => one.attachments)
  const attachment = attachments?.find(({ id }) => id === step.by)
  const code =
    attachment && attachment.routeTableId === undefined
      ? 'TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION'
      : 'TGW_ROUTE_AZ_RESTRICTION'
  return { code, about: { transitGatewayAttachment: step.by } }
}

/** `by` is the VPC where no gateway is attached. */
function internetExplanation({ step }: Blocker): PathExplanation {
  if (step.by.startsWith('subnet-')) {
    return { code: 'VPC_BLOCK_PUBLIC_ACCESS_ENABLED', about: { subnet: step.by } }
  }
  if (step.by.startsWith('vpc-')) return { code: 'BAD_STATE_ATTACHMENT', about: { vpc: step.by } }
  return { code: 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS', about: { internetGateway: step.by } }
}

function sourceExplanation({ network, step }: Blocker): PathExplanation {
  const placed = lookupIn(network).interfaceById.get(step.by as `eni-${string}`)
  if (placed && runs(placed.vpc, placed.networkInterface.instanceId)) {
    const { id, subnetId } = placed.networkInterface
    const about = { networkInterface: id, subnet: subnetId, vpc: placed.vpc.id }
    return { code: 'ENI_SOURCE_DEST_CHECK_RESTRICTION', about }
  }
  return { code: 'BAD_STATE', about: { component: step.by } }
}

function runs({ instances }: VpcNetwork, instanceId: string | undefined): boolean {
  return instances.some(({ id }) => id === instanceId)
}

function zoneExplanation({ step }: Blocker): PathExplanation {
  if (!step.by.startsWith('vpce-svc-')) return { code: 'BAD_STATE', about: { component: step.by } }
  return { code: 'VPCE_SERVICE_NOT_INSTALLED_IN_AZ', about: { component: step.by } }
}

function targetExplanation({ network, step, protocol }: Blocker): PathExplanation {
  const about = { component: step.by }
  const eni = lookupIn(network).interfaceById.get(step.by as `eni-${string}`)?.networkInterface
  if (eni) return { code: 'BAD_STATE', about: { component: eni.instanceId ?? eni.id, networkInterface: eni.id } }
  const endpoint = lookupIn(network).endpointById.get(step.by as `vpce-${string}`)?.endpoint
  if (endpoint?.kind === 'gateway' && formatProtocol(protocol) !== 'tcp') {
    return { code: 'VPCE_GATEWAY_PROTOCOL_RESTRICTION', about: { ...about, vpcEndpoint: endpoint.id } }
  }
  if (endpoint) return { code: 'PROTOCOL_RESTRICTION', about: { ...about, vpcEndpoint: endpoint.id } }
  return { code: 'NO_POSSIBLE_DESTINATION', about }
}
