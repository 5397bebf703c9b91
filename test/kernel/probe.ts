// What a prober is asked and answers.

export interface Probe {
  /** An address, or a name to ask the VPC's resolver for; a name is reached when all of its addresses are. */
  readonly host: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

export interface ProbeOrder {
  readonly number: number
  readonly probes: readonly Probe[]
  /** Milliseconds. */
  readonly timeout: number
}

export interface ProbeAnswer {
  /** The order's; -1 when the prober is ready. */
  readonly number: number
  readonly reached: readonly boolean[]
}

/** Where every prober listens. */
export const TCP_PORTS = [80, 443, 8080]
export const UDP_PORTS = [53, 8080]
