// All EC2 actions that Postern serves.

import { EC2_INSTANCE_READS, EC2_INSTANCE_WRITES } from './ec2-instances.ts'
import { EC2_NETWORK_READS, EC2_NETWORK_WRITES } from './ec2-network.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_READS: ReadRows = { ...EC2_NETWORK_READS, ...EC2_INSTANCE_READS }

export const EC2_WRITES: WriteRows = { ...EC2_NETWORK_WRITES, ...EC2_INSTANCE_WRITES }
