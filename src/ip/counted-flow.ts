// What has been counted of the packets of one flow at one interface; of TCP apart for each flag that matters.

/** Counts since the flow was last forgotten: they grow, and begin anew when it comes back. */
export interface CountedFlow extends Flow {
  /** What came to be judged. */
  readonly offered: FlowCount
  /** What passed the network ACL and the groups. */
  readonly accepted: FlowCount
}

export interface Flow {
  readonly interfaceId: string
  /** `egress` is out of the interface's instance. */
  readonly direction: 'ingress' | 'egress'
  readonly source: string
  readonly destination: string
  /** 0 where the protocol has none. */
  readonly sourcePort: number
  readonly destinationPort: number
  readonly protocol: number
  /** The TCP flag that each of these packets has: 1 FIN, 2 SYN, 4 RST, 18 SYN and ACK; 0 for all others. */
  readonly flag: number
}

export interface FlowCount {
  readonly packets: number
  readonly bytes: number
  /** Seconds since the last packet. */
  readonly idle: number
}

/** Which flow it is, at which interface and in which direction. */
export function flowKey(flow: Flow): string {
  const { interfaceId, direction, source, destination, sourcePort, destinationPort, protocol, flag } = flow
  return `${interfaceId} ${direction} ${source} ${destination} ${sourcePort} ${destinationPort} ${protocol} ${flag}`
}
