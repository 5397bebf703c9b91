// What the daemon asks of a data plane: make the kernel match a Network, whole, every time. Two kinds: the kernel
// (linux-driver.ts) and none (`--dataplane model`, model-driver.ts), which accepts every Network and moves no packet.

import type { Socket as UdpSocket } from 'node:dgram'
import type { Server as TcpServer } from 'node:net'
import type { Network, TransitGatewayNetwork } from '../compile/network.ts'
import type { CountedFlow } from '../ip/counted-flow.ts'
import type { CountedAttachment, CountedPassage } from '../ip/counted-traffic.ts'
import type { InstanceId, VpcId } from '../store/records.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'

export interface Driver {
  /** Takes hold of what an earlier daemon left, and opens the backbone's sockets; none where no packet moves. */
  start(): Promise<BackboneSockets | undefined>
  /** Makes the kernel match. Idempotent; one at a time. What cannot be done for one VPC does not stop the others. */
  apply(network: Network): Promise<ApplyResult>
  /** Compares the kernel with what was last applied; true when something was changed behind our back. */
  hasDrifted(): Promise<boolean>
  /** What has been counted of the flows of these VPCs, of those of them that count; see `CountedFlow`. */
  countFlows(vpcIds: readonly VpcId[]): Promise<ReadonlyMap<VpcId, readonly CountedFlow[]>>
  /** What has been counted for metrics in these; of one that did not count until now it says nothing, and it counts from now on. */
  countTraffic(places: TrafficPlaces): Promise<TrafficCounts>
  /** Lets go, leaving namespaces and processes for the next daemon. */
  close(): Promise<void>
  /** Removes everything this world has in the kernel. */
  destroy(): Promise<void>
}

export interface TrafficPlaces {
  readonly vpcIds: readonly VpcId[]
  readonly transitGateways: readonly TransitGatewayNetwork[]
}

export interface TrafficCounts {
  readonly passages: ReadonlyMap<VpcId, readonly CountedPassage[]>
  readonly attachments: ReadonlyMap<TransitGatewayId, readonly CountedAttachment[]>
}

/** Listening sockets inside the backbone namespace; those of TCP also give what comes by IPv6. The local address of a connection tells which service or endpoint
 * was asked, the remote one which interface asks. */
export interface BackboneSockets {
  /** RESOLVER_BACKBONE port 53. */
  readonly dnsUdp: UdpSocket
  /** The same for IPv6; absent on a host that has none. */
  readonly dnsUdpIpv6?: UdpSocket
  readonly dnsTcp: TcpServer
  /** METADATA_BACKBONE port 80. */
  readonly metadata: TcpServer
  /** Every endpoint's address, ports 443 and 80. */
  readonly https: TcpServer
  readonly http: TcpServer
}

export interface ApplyResult {
  /** VPCs whose part could not be put in force, and the first error of each. */
  readonly failures: ReadonlyMap<VpcId, DriverError>
  /** Instances that the kernel now has, booted as their Network says. */
  readonly running: ReadonlySet<InstanceId>
}

/** A command that failed: what was run, what it said, and the first line of input it complained of. */
export class DriverError extends Error {
  readonly command: string
  readonly stderr: string
  readonly offendingLine: string | undefined

  constructor(command: string, stderr: string, offendingLine?: string) {
    super(`${command}: ${stderr.trim()}${offendingLine ? ` (at: ${offendingLine})` : ''}`)
    this.name = 'DriverError'
    this.command = command
    this.stderr = stderr
    this.offendingLine = offendingLine
  }
}
