// What to do about the reasons that keep an agent from Systems Manager: a line for each change, however many of the
// reasons it removes.

import type { Step } from './trace.ts'

/** Where an agent is kept from one of its services. */
export interface Obstacle {
  readonly step: Step
  /** `com.amazonaws.us-east-1.ssm` */
  readonly serviceName: string
  readonly vpcId: string
  /** The agent's own address. */
  readonly source: string
  /** The VPC has both of the attributes that private names need. */
  readonly hasDnsAttributes: boolean
  /** The endpoint for the service, in use or not; undefined: there is none. */
  readonly endpointId: string | undefined
  readonly roleName: string | undefined
}

const CORE = 'AmazonSSMManagedInstanceCore'

export const PROFILE_REMEDY = `give the instance a profile, with a role that EC2 may assume and ${CORE}`

/** In the order in which the reasons are met. */
export function remediesFor(obstacles: readonly Obstacle[]): string[] {
  return [...new Set(obstacles.flatMap((obstacle) => remedyOf(obstacle) ?? []))]
}

function remedyOf({ step, ...at }: Obstacle): string | readonly string[] | undefined {
  const { stage, by, why } = step
  switch (stage) {
    case 'dns':
      return dnsRemedies(at)
    case 'sg-egress':
      return `let tcp/443 to the endpoint out of ${by}, a group of the instance`
    case 'sg-ingress':
      return `let tcp/443 from ${at.source} into ${by}, a group of the endpoint`
    case 'nacl-out':
    case 'nacl-in':
      return `let tcp/443 to the endpoint, and its replies to ports 1024-65535, pass ${by.split(' ')[0]}`
    case 'identity-policy':
      // A statement that denies stays stronger than any that allows.
      return isUnsaid(why) && at.roleName !== undefined ? `attach ${CORE} to the role ${at.roleName}` : undefined
    case 'endpoint-policy':
      return !isUnsaid(why) ? undefined : `let the policy of ${by} allow the agent's calls to ${at.serviceName}`
    default:
      return undefined
  }
}

function isUnsaid(why: string): boolean {
  return why.includes('no statement')
}

function dnsRemedies({ vpcId, hasDnsAttributes, serviceName, endpointId }: Omit<Obstacle, 'step'>): string[] {
  // The attributes first: without them private DNS is refused.
  const attributes = hasDnsAttributes ? [] : [`turn on enableDnsSupport and enableDnsHostnames of ${vpcId}`]
  if (endpointId === undefined) {
    return [...attributes, `create an interface endpoint for ${serviceName} in ${vpcId}, with private DNS`]
  }
  return hasDnsAttributes ? [`turn on private DNS of ${endpointId}`] : attributes
}
