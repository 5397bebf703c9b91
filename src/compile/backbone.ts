// The plan of the backbone, the network between VPCs and the services: 240.0.0.0/4, which Linux forwards and no VPC can
// use. Every interface and endpoint of the world has one address here.

import type { Address } from '../ip/address.ts'
import { type Cidr, cidr } from '../ip/cidr.ts'

export const BACKBONE: Cidr = cidr('240.0.0.0/4')

/** The Amazon-provided resolver: who asked is in the source address. */
export const RESOLVER_BACKBONE = '240.0.0.1' as Address
/** The instance metadata service. */
export const METADATA_BACKBONE = '240.0.0.2' as Address

/** Interfaces and endpoints are numbered from here up; what is below is for Postern's own services. */
export const FIRST_ALLOCATED = '240.1.0.0' as Address
export const LAST_ALLOCATED = '255.255.255.254' as Address

/** The link-local addresses that every VPC has, beside the primary block's +2. */
export const LINK_LOCAL_RESOLVER = '169.254.169.253' as Address
export const LINK_LOCAL_METADATA = '169.254.169.254' as Address
