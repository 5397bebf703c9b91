// The places where a packet or a request can be stopped, in the order in which it meets them. One list for compile,
// explain, the tests and the documents.

export const STAGES = [
  'zone',
  'dns',
  'source-check',
  'sg-egress',
  'nacl-out',
  'route',
  'transit-gateway',
  'vpn-gateway',
  'nat-gateway',
  'internet-gateway',
  'nacl-in',
  'sg-ingress',
  'endpoint-state',
  'endpoint-service',
  'listener',
  'listener-rule',
  'target-health',
  'endpoint-policy',
  'resource-control-policy',
  'service-control-policy',
  'identity-policy',
  'resource-policy',
  'target',
] as const

export type Stage = (typeof STAGES)[number]

/** What happened at one stage, and the resource that decided. */
export interface Verdict {
  readonly stage: Stage
  readonly verdict: 'pass' | 'stop'
  /** The AWS id of what decided: `sgr-…`, `acl-… rule 100`, `rtb-… 10.0.0.0/16`, `vpce-…`. */
  readonly by: string
  /** One sentence in the user's words. */
  readonly why: string
}
