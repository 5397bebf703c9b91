// An on-premises network as the command line is told of it.

export interface OnPremises {
  readonly name: string
  readonly cidrs: readonly string[]
  /** Of its host. */
  readonly address: string
  /** Absent: it has no IPv6. */
  readonly ipv6Address?: string
  readonly resolvers: readonly string[]
  /** Ids of what it is attached to. */
  readonly via: readonly string[]
  /** What it has learnt of AWS. */
  readonly routes: readonly { readonly cidr: string; readonly via: string; readonly vpcId?: string }[]
  /** What `postern exec` calls its host. */
  readonly exec: string
}
