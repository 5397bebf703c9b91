// CIDR blocks as parameters: read once here, host bits cleared as AWS does.

import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { type Cidr, cidr, cidrFamily, cidrLength, cidrsOverlap, parseCidr } from '../../../ip/cidr.ts'

/** Reads a block of either family. */
export function requireCidr(text: string | undefined, parameter: string): Cidr {
  if (text === undefined) throw missingParameter(parameter)
  const block = parseCidr(text)
  if (!block) throw invalidParameterValue(parameter, text, 'This is not a valid CIDR block.')
  return block
}

export function requireIpv4Cidr(text: string | undefined, parameter: string): Cidr {
  const block = requireCidr(text, parameter)
  if (cidrFamily(block) !== 4) throw invalidParameterValue(parameter, block, 'This is not a valid IPv4 CIDR block.')
  return block
}

export function requireIpv6Cidr(text: string | undefined, parameter: string): Cidr {
  const block = requireCidr(text, parameter)
  if (cidrFamily(block) !== 6) throw invalidParameterValue(parameter, block, 'This is not a valid IPv6 CIDR block.')
  return block
}

/** A VPC's or a subnet's block: /16 to /28. `code` is `InvalidVpc.Range` or `InvalidSubnet.Range`. */
export function checkBlockSize(block: Cidr, code: string): void {
  if (cidrLength(block) < 16 || cidrLength(block) > 28) throw new ApiError(code, `The CIDR '${block}' is invalid.`)
}

/** Ranges that no VPC can have: this network, loopback, link-local, multicast, and the reserved class E, of which the
 * backbone is made. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const NEVER_IN_A_VPC = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'].map(cidr)

export function checkVpcBlock(block: Cidr): void {
  checkBlockSize(block, 'InvalidVpc.Range')
  if (NEVER_IN_A_VPC.some((range) => cidrsOverlap(range, block))) {
    throw new ApiError('InvalidVpc.Range', `The CIDR '${block}' is invalid.`)
  }
}
