// Instances that are appliances: the namespace of one whose interface does not check source and destination passes on packets
// that are not its own, which in AWS its owner would turn on inside. Nobody inside can (the sandbox's /proc is read only).
// It is safe: the packets go through the instance's own routes in its own namespace, and come back to the VPC's router.

import { existsSync } from 'node:fs'
import type { VpcState } from './diff.ts'
import { namespacesOf } from './diff.ts'
import type { VpcPlan } from './plan.ts'
import { inNamespace, type Run } from './run.ts'

/** Packets come in and leave by one interface: nobody needs to be told of a shorter way. */
const OFF = ['all/send_redirects', 'default/send_redirects', 'all/rp_filter', 'default/rp_filter']

const ON = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding']

/** Of instances that are to forward and are not known to. Before they have links: some of these count for later ones only.
 * It is never taken back: with the check on again, the router drops what the instance must not send. */
export async function letAppliancesForward(run: Run, have: VpcState, want: VpcPlan): Promise<void> {
  const fresh = namespacesOf(want).filter(({ name, forwards }) => forwards && !have.namespaces.get(name)?.forwards)
  for (const { name } of fresh) {
    const paths = OFF.map((key) => `/proc/sys/net/ipv4/conf/${key}`)
    await run(inNamespace(name, 'tee', ...paths), '0')
    await run(inNamespace(name, 'tee', ...ON.filter((path) => existsSync(path))), '1')
  }
}
