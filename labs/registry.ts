// The labs there are, by name.

import type { LabOptions } from './lab.ts'

export interface LabEntry {
  readonly name: string
  /** What it shows, in a line. */
  readonly title: string
  /** The lab's own file, loaded when it is to run. */
  load(): Promise<{ run(options: LabOptions): Promise<boolean> }>
}

export const LABS: readonly LabEntry[] = [
  {
    name: 'private-s3',
    title: "S3 by a gateway endpoint, as far as the endpoint's policy lets",
    load: () => import('./private-s3/lab.ts'),
  },
  {
    name: 'logs-endpoint',
    title: 'CloudWatch Logs by an interface endpoint: private DNS, its security group, its policy',
    load: () => import('./logs-endpoint/lab.ts'),
  },
  {
    name: 'private-api',
    title: 'a private REST API by an interface endpoint: its names, its resource policy, the endpoint policy',
    load: () => import('./private-api/lab.ts'),
  },
  {
    name: 'private-ssm',
    title: 'Session Manager by three interface endpoints, S3 by a gateway endpoint, and no internet',
    load: () => import('./private-ssm/lab.ts'),
  },
  {
    name: 'own-service',
    title: "a service in another account's VPC by PrivateLink: acceptance, proxy protocol, the loss of a zone",
    load: () => import('./own-service/lab.ts'),
  },
]
