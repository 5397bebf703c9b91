// Whom an instance asks for names: the VPC's resolver, or what the VPC's DHCP options name in its place.

import type { VpcNetwork } from '../compile/network.ts'
import { type Step, stop } from './trace.ts'

/** Stops where the first server is not the Amazon-provided one: what another answers is not known here. */
export function nameServerStep({ dhcp, resolver }: VpcNetwork, name: string): Step | undefined {
  if (!dhcp) return undefined
  const [first] = dhcp.nameServers
  if (first === undefined) {
    const why = `the VPC's DHCP options name no name server, so nothing in its instances asks for ${name}`
    return stop({ stage: 'dns', by: dhcp.by, why })
  }
  if (resolver.addresses.includes(first)) return undefined
  const why = `the DHCP options send questions to ${first}, not to the Amazon-provided resolver, and what that answers for ${name} is not known here; ask about the address`
  return stop({ stage: 'dns', by: dhcp.by, why })
}
