// The control plane's services that are there from the start.

import { controlAdapter } from './api/control-adapter.ts'
import { ACM_AUTHORISATIONS, ACM_READS, ACM_WRITES } from './api/operations/acm.ts'
import { ec2Operations } from './api/operations/ec2.ts'
import type { InstanceHost } from './api/operations/ec2-instances.ts'
import { EC2_FIRST_USE } from './api/operations/ec2-network.ts'
import { ELB_AUTHORISATIONS, ELB_READS, ELB_WRITES } from './api/operations/elbv2.ts'
import { IAM_AUTHORISATIONS, IAM_READS, IAM_WRITES } from './api/operations/iam.ts'
import {
  ORGANIZATIONS_AUTHORISATIONS,
  ORGANIZATIONS_READS,
  ORGANIZATIONS_WRITES,
} from './api/operations/organizations.ts'
import { ROUTE53_AUTHORISATIONS, ROUTE53_READS, ROUTE53_WRITES } from './api/operations/route53.ts'
import { stsOperations } from './api/operations/sts.ts'
import type { Adapter } from './edge/adapter.ts'
import type { Store } from './store/store.ts'

interface ControlParts {
  readonly store: Store
  readonly sessionKey: Uint8Array
  readonly consoleOutput: InstanceHost['consoleOutput']
}

export function controlAdapters({ store, sessionKey, consoleOutput }: ControlParts): Adapter[] {
  return [
    controlAdapter({ service: 'ec2', store, ...ec2Operations({ consoleOutput }), firstUse: EC2_FIRST_USE }),
    controlAdapter({ service: 'iam', store, reads: IAM_READS, writes: IAM_WRITES, authorisations: IAM_AUTHORISATIONS }),
    controlAdapter({
      service: 'elasticloadbalancing',
      store,
      reads: ELB_READS,
      writes: ELB_WRITES,
      authorisations: ELB_AUTHORISATIONS,
    }),
    controlAdapter({ service: 'sts', store, ...stsOperations({ sessionKey }) }),
    controlAdapter({ service: 'acm', store, reads: ACM_READS, writes: ACM_WRITES, authorisations: ACM_AUTHORISATIONS }),
    controlAdapter({
      service: 'route53',
      store,
      reads: ROUTE53_READS,
      writes: ROUTE53_WRITES,
      authorisations: ROUTE53_AUTHORISATIONS,
    }),
    controlAdapter({
      service: 'organizations',
      store,
      reads: ORGANIZATIONS_READS,
      writes: ORGANIZATIONS_WRITES,
      authorisations: ORGANIZATIONS_AUTHORISATIONS,
    }),
  ]
}
