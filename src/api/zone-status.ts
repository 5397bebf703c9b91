// What `postern az` shows.

export interface ZoneStatus {
  /** `use1-az1` */
  readonly id: string
  /** `us-east-1b` */
  readonly name: string
  readonly region: string
  /** When it was taken down; absent: it is up. */
  readonly failedSince?: string
  readonly subnets: number
  /** Its addresses that regional and private names are not answered with. */
  readonly withdrawn: readonly WithdrawnAddress[]
}

export interface WithdrawnAddress {
  readonly address: string
  /** The endpoint's id or the load balancer's ARN. */
  readonly of: string
}

/** What a change of a zone came to. */
export interface ZoneChange {
  readonly zone: ZoneStatus
  /** False: not all of the kernel has it; the status of the daemon says why. */
  readonly inForce: boolean
}

/** Where a name leads an instance now. */
export interface ZoneAddresses {
  /** The zone that the instance is in. */
  readonly instanceZoneId: string
  readonly addresses: readonly { readonly address: string; readonly zoneId?: string }[]
}
