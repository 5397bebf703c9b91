// What a provider can do about the reasons that keep his service from answering: a line for each change, however many of
// the reasons it removes.

import type { Step } from './trace.ts'

export function remediesOfService(subject: string, blockers: readonly Step[]): string[] {
  return [...new Set(blockers.flatMap((blocker) => remedyOf(subject, blocker) ?? []))]
}

function remedyOf(subject: string, { stage, by, why, direction }: Step): string | undefined {
  switch (stage) {
    case 'endpoint-state':
      return /waits|rejected/.test(why) ? acceptance(subject, by) : undefined
    case 'dns':
      return `put that record into a public hosted zone, then: aws ec2 start-vpc-endpoint-service-private-dns-verification --service-id ${by}`
    case 'zone':
      return why.includes('is down')
        ? `bring the zone back: postern az restore ${by}`
        : 'enable that zone on a load balancer of the service: aws elbv2 set-subnets'
    case 'listener':
      return `give the load balancer a listener: aws elbv2 create-listener --load-balancer-arn ${by}`
    case 'target-health':
      return healthRemedy(by, why)
    case 'sg-ingress':
      return groupRemedy(by, why)
    case 'nacl-in':
    case 'nacl-out': {
      const what = direction === 'return' ? "the targets' replies, to ports 1024-65535," : 'what the nodes send'
      return `let ${what} pass ${by.split(' ')[0]}`
    }
    case 'route':
      return `let ${by.split(' ')[0]} keep what stays in the VPC local`
    case 'target':
      return why.includes('not running') ? `start the target, or deregister it` : `deregister the target`
    default:
      return undefined
  }
}

function groupRemedy(by: string, why: string): string {
  const [, traffic, source] = / allows (\S+) from ([\d.]+);/.exec(why) ?? []
  return `let ${traffic && source ? `${traffic} from ${source}` : "the nodes' addresses"} into ${by}, a group of the targets`
}

function acceptance(serviceId: string, endpointId: string): string {
  return `accept it: aws ec2 accept-vpc-endpoint-connections --service-id ${serviceId} --vpc-endpoint-ids ${endpointId}`
}

function healthRemedy(by: string, why: string): string | undefined {
  if (why.includes('cross-zone')) return 'register a target in that zone, or turn on load_balancing.cross_zone.enabled'
  if (why.includes('no target is registered'))
    return `register a target: aws elbv2 register-targets --target-group-arn ${by}`
  return why.includes('fail') && !why.includes('fails open') ? `let ${by} answer its health checks` : undefined
}
