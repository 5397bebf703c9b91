// What VPC Block Public Access says to a packet, whatever routes, groups and ACLs do.

import type { SubnetId } from '../store/records.ts'
import { type Step, stop } from './trace.ts'

/** `by` is the subnet, by which it differs from all else that an internet gateway refuses. */
export function keptFromInternet(subnetId: SubnetId, way: 'in' | 'out'): Step {
  const what = way === 'in' ? 'lets nothing of the internet into' : 'keeps from the internet what is sent from'
  const why = `VPC Block Public Access of the account ${what} ${subnetId}; an exclusion would open it`
  return stop({ stage: 'internet-gateway', by: subnetId, why })
}
