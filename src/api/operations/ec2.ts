// All EC2 actions that Postern serves.

import type { ControlAdapterOptions } from '../control-adapter.ts'
import { EC2_ACCOUNT_READS, EC2_ACCOUNT_WRITES } from './ec2-account.ts'
import { ec2Questions } from './ec2-authorisation.ts'
import { EC2_ENDPOINT_SERVICE_READS, EC2_ENDPOINT_SERVICE_WRITES } from './ec2-endpoint-service.ts'
import { ec2InstanceReads, ec2InstanceWrites, type InstanceHost } from './ec2-instances.ts'
import { EC2_IPAM_READS, EC2_IPAM_WRITES } from './ec2-ipam.ts'
import { EC2_NETWORK_READS, EC2_NETWORK_WRITES } from './ec2-network.ts'
import { EC2_NETWORK_INSIGHTS_READS, EC2_NETWORK_INSIGHTS_WRITES } from './ec2-network-insights.ts'
import { EC2_TRANSIT_GATEWAY_READS, EC2_TRANSIT_GATEWAY_WRITES } from './ec2-transit-gateway.ts'
import { EC2_VPN_READS, EC2_VPN_WRITES } from './ec2-vpn.ts'

type Ec2Operations = Pick<ControlAdapterOptions, 'reads' | 'writes'> &
  Required<Pick<ControlAdapterOptions, 'authorisations'>>

/** The rows of EC2 for `controlAdapter`. */
export function ec2Operations(host: InstanceHost): Ec2Operations {
  const reads = {
    ...EC2_ACCOUNT_READS,
    ...EC2_NETWORK_READS,
    ...EC2_NETWORK_INSIGHTS_READS,
    ...EC2_IPAM_READS,
    ...EC2_ENDPOINT_SERVICE_READS,
    ...EC2_TRANSIT_GATEWAY_READS,
    ...EC2_VPN_READS,
    ...ec2InstanceReads(host),
  }
  const writes = {
    ...EC2_ACCOUNT_WRITES,
    ...EC2_NETWORK_WRITES,
    ...EC2_NETWORK_INSIGHTS_WRITES,
    ...EC2_IPAM_WRITES,
    ...EC2_ENDPOINT_SERVICE_WRITES,
    ...EC2_TRANSIT_GATEWAY_WRITES,
    ...EC2_VPN_WRITES,
    ...ec2InstanceWrites(host),
  }
  const operations = [...Object.keys(reads), ...Object.keys(writes)]
  return {
    reads,
    writes,
    authorisations: Object.fromEntries(operations.map((operation) => [operation, ec2Questions])),
  }
}
