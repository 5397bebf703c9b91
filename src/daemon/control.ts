// The control plane's services: operations on records and nothing else. EC2's are there from the start; those of each other
// service are read with the first request for it.

import { type ControlAdapterOptions, controlAdapter } from '../api/control-adapter.ts'
import { ec2Operations } from '../api/operations/ec2.ts'
import type { InstanceHost } from '../api/operations/ec2-instances.ts'
import { EC2_FIRST_USE } from '../api/operations/ec2-network.ts'
import type { Adapter } from '../edge/adapter.ts'
import type { Store } from '../store/store.ts'

interface Ec2Parts extends InstanceHost {
  readonly store: Store
}

export function ec2Adapter({ store, ...host }: Ec2Parts): Adapter {
  return controlAdapter({ service: 'ec2', store, ...ec2Operations(host), firstUse: EC2_FIRST_USE })
}

type ControlRows = Pick<ControlAdapterOptions, 'reads' | 'writes' | 'authorisations'>

interface RowsContext {
  /** Seals temporary credentials. */
  readonly sessionKey: Uint8Array
}

/** The rows of each service that is all records, by its signing name. */
export const CONTROL_ROWS: Readonly<Record<string, (context: RowsContext) => Promise<ControlRows>>> = {
  async iam() {
    const all = await import('../api/operations/iam.ts')
    return { reads: all.IAM_READS, writes: all.IAM_WRITES, authorisations: all.IAM_AUTHORISATIONS }
  },
  async sts({ sessionKey }) {
    const { stsOperations } = await import('../api/operations/sts.ts')
    return stsOperations({ sessionKey })
  },
  async organizations() {
    const all = await import('../api/operations/organizations.ts')
    const { ORGANIZATIONS_READS: reads, ORGANIZATIONS_WRITES: writes } = all
    return { reads, writes, authorisations: all.ORGANIZATIONS_AUTHORISATIONS }
  },
  async ram() {
    const all = await import('../api/operations/ram.ts')
    return { reads: all.RAM_READS, writes: all.RAM_WRITES, authorisations: all.RAM_AUTHORISATIONS }
  },
  async elasticloadbalancing() {
    const all = await import('../api/operations/elbv2.ts')
    return { reads: all.ELB_READS, writes: all.ELB_WRITES, authorisations: all.ELB_AUTHORISATIONS }
  },
  async acm() {
    const all = await import('../api/operations/acm.ts')
    return { reads: all.ACM_READS, writes: all.ACM_WRITES, authorisations: all.ACM_AUTHORISATIONS }
  },
  async route53() {
    const all = await import('../api/operations/route53.ts')
    return { reads: all.ROUTE53_READS, writes: all.ROUTE53_WRITES, authorisations: all.ROUTE53_AUTHORISATIONS }
  },
  async route53resolver() {
    const all = await import('../api/operations/route53resolver.ts')
    const { ROUTE53_RESOLVER_READS: reads, ROUTE53_RESOLVER_WRITES: writes } = all
    return { reads, writes, authorisations: all.ROUTE53_RESOLVER_AUTHORISATIONS }
  },
  async 'vpc-lattice'() {
    const all = await import('../api/operations/vpc-lattice.ts')
    const { VPC_LATTICE_READS: reads, VPC_LATTICE_WRITES: writes } = all
    return { reads, writes, authorisations: all.VPC_LATTICE_AUTHORISATIONS }
  },
  async servicequotas() {
    const all = await import('../api/operations/service-quotas.ts')
    const { SERVICE_QUOTAS_READS: reads, SERVICE_QUOTAS_WRITES: writes } = all
    return { reads, writes, authorisations: all.SERVICE_QUOTAS_AUTHORISATIONS }
  },
  async directconnect() {
    const all = await import('../api/operations/directconnect.ts')
    const { DIRECT_CONNECT_READS: reads, DIRECT_CONNECT_WRITES: writes } = all
    return { reads, writes, authorisations: all.DIRECT_CONNECT_AUTHORISATIONS }
  },
}
