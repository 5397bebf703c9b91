// Rules of an Application Load Balancer's listeners: which requests one is for, and what becomes of them.

import type { Cidr } from '../ip/cidr.ts'
import type { AccountId, Instant, Region, Tags } from './records.ts'

export interface ListenerRule {
  /** The ARN, `…:listener-rule/app/NAME/16 hex/16 hex/16 hex`. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly listenerId: string
  readonly loadBalancerId: string
  /** 1 to 50,000, no two of a listener the same; absent: the default rule, which is for what no other takes. */
  readonly priority?: number
  /** A request meets them all. */
  readonly conditions: readonly RuleCondition[]
  readonly action: RuleAction
}

/** One value is enough. `*` stands for any text and `?` for one character, but in methods and addresses. */
export type RuleCondition =
  | { readonly field: 'host-header' | 'path-pattern' | 'http-request-method'; readonly values: readonly string[] }
  | { readonly field: 'http-header'; readonly name: string; readonly values: readonly string[] }
  | { readonly field: 'query-string'; readonly values: readonly QueryPair[] }
  | { readonly field: 'source-ip'; readonly values: readonly Cidr[] }

export interface QueryPair {
  /** Absent: whatever the key. */
  readonly key?: string
  readonly value: string
}

export type RuleAction = ForwardAction | RedirectAction | FixedResponseAction

export interface ForwardAction {
  readonly type: 'forward'
  readonly groups: readonly WeightedGroup[]
  /** A client stays with the group it was given for so many seconds; absent: it does not. */
  readonly stickySeconds?: number
}

export interface WeightedGroup {
  readonly targetGroupId: string
  /** 0 to 999. */
  readonly weight: number
}

/** Each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`, which stand for the request's own. */
export interface RedirectAction {
  readonly type: 'redirect'
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string
  readonly status: 301 | 302
}

export interface FixedResponseAction {
  readonly type: 'fixed-response'
  /** 2xx, 4xx or 5xx. */
  readonly status: number
  readonly contentType?: string
  readonly body?: string
}
