// The further CIDR blocks of a VPC.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions

import type {
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult,
  DisassociateVpcCidrBlockRequest,
  DisassociateVpcCidrBlockResult,
} from '@aws-sdk/client-ec2'
import { activePeerings, peerOf } from '../../../compile/peering.ts'
import { ApiError, missingParameter } from '../../../errors.ts'
import { type Cidr, cidr, cidrCovers, cidrsOverlap } from '../../../ip/cidr.ts'
import type { Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { releaseOfVpc } from '../ipam/pool-cidr.ts'
import { requireVpcBlock } from '../ipam/vpc-block.ts'
import { findAll, requireVpc } from '../request/require.ts'
import { admitIpv6, newIpv6Association, parseIpv6Request, toIpv6Association } from './ipv6-cidr-block.ts'

export function associateVpcCidrBlock(
  tx: Tx,
  caller: Caller,
  input: AssociateVpcCidrBlockRequest,
): AssociateVpcCidrBlockResult {
  const vpc = requireVpc(tx, caller, input.VpcId)
  const borderGroup = parseIpv6Request(caller.region, input)
  if (borderGroup !== undefined) {
    if (input.CidrBlock === undefined) return associateIpv6(tx, caller, vpc, borderGroup)
    throw new ApiError('InvalidParameterCombination', 'Send cidrBlock or amazonProvidedIpv6CidrBlock, not both')
  }
  const block = requireVpcBlock(tx, caller, input, { vpcId: vpc.id, tags: vpc.tags })
  checkNewBlock(tx, vpc, block)
  const added = { associationId: tx.newId('vpc-cidr-assoc'), cidr: block }
  tx.vpcs.update(vpc.id, { cidrBlocks: [...vpc.cidrBlocks, added] })
  return { VpcId: vpc.id, CidrBlockAssociation: toAssociation(added, 'associating') }
}

function associateIpv6(tx: Tx, caller: Caller, vpc: Vpc, borderGroup: string): AssociateVpcCidrBlockResult {
  const blocks = vpc.ipv6CidrBlocks ?? []
  checkBlockCount(tx, vpc, 'ipv6BlocksPerVpc', blocks.length)
  const added = newIpv6Association(tx, vpc.region, borderGroup)
  tx.vpcs.update(vpc.id, { ipv6CidrBlocks: [...blocks, added] })
  if (blocks.length === 0) admitIpv6(tx, caller, vpc)
  return { VpcId: vpc.id, Ipv6CidrBlockAssociation: toIpv6Association(added, 'associating') }
}

export function disassociateVpcCidrBlock(
  tx: Tx,
  caller: Caller,
  input: DisassociateVpcCidrBlockRequest,
): DisassociateVpcCidrBlockResult {
  const id = input.AssociationId
  if (id === undefined) throw missingParameter('associationId')
  const vpc = findAll(tx.vpcs, caller).find((one) => one.cidrBlocks.some((block) => block.associationId === id))
  const ipv6 = findAll(tx.vpcs, caller).find((one) => one.ipv6CidrBlocks?.some((block) => block.associationId === id))
  if (ipv6) return disassociateIpv6(tx, ipv6, id)
  const index = vpc?.cidrBlocks.findIndex((block) => block.associationId === id) ?? -1
  const block = vpc?.cidrBlocks[index]
  if (!vpc || !block) {
    throw new ApiError(
      'InvalidVpcCidrBlockAssociationID.NotFound',
      `The vpc CIDR block association ID '${id}' does not exist`,
    )
  }
  if (index === 0) {
    throw new ApiError(
      'OperationNotPermitted',
      `The vpc CIDR block with association ID ${id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
    )
  }
  if (tx.subnets.where('vpcId', vpc.id).some(({ cidr }) => cidr && cidrCovers(block.cidr, cidr))) {
    throw new ApiError(
      'InvalidCidrBlock.InUse',
      `The vpc ${vpc.id} currently has a subnet within CIDR block ${block.cidr}`,
    )
  }
  tx.vpcs.update(vpc.id, { cidrBlocks: vpc.cidrBlocks.filter((one) => one !== block) })
  dropReplacedRoutes(tx, vpc, block.cidr)
  releaseOfVpc(tx, vpc.id, block.cidr)
  return { VpcId: vpc.id, CidrBlockAssociation: toAssociation(block, 'disassociating') }
}

function disassociateIpv6(tx: Tx, vpc: Vpc, id: string): DisassociateVpcCidrBlockResult {
  const block = vpc.ipv6CidrBlocks!.find((one) => one.associationId === id)!
  if (tx.subnets.where('vpcId', vpc.id).some(({ ipv6Cidr }) => ipv6Cidr && cidrCovers(block.cidr, ipv6Cidr.cidr))) {
    throw new ApiError(
      'InvalidCidrBlock.InUse',
      `The vpc ${vpc.id} currently has a subnet within CIDR block ${block.cidr}`,
    )
  }
  const rest = vpc.ipv6CidrBlocks!.filter((one) => one !== block)
  tx.vpcs.update(vpc.id, { ipv6CidrBlocks: rest.length > 0 ? rest : undefined })
  dropReplacedRoutes(tx, vpc, block.cidr)
  return { VpcId: vpc.id, Ipv6CidrBlockAssociation: toIpv6Association(block, 'disassociating') }
}

/** The block's local routes go with it, also those that lead to an appliance. */
function dropReplacedRoutes(tx: Tx, vpc: Vpc, block: Cidr): void {
  for (const { id, routes } of tx.routeTables.where('vpcId', vpc.id)) {
    const kept = routes.filter(({ destination }) => destination.kind !== 'cidr' || destination.cidr !== block)
    if (kept.length < routes.length) tx.routeTables.update(id, { routes: kept })
  }
}

function toAssociation({ associationId, cidr }: Vpc['cidrBlocks'][number], state: 'associating' | 'disassociating') {
  return { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State: state } }
}

/** With a primary block in `primary`, no further block may be in `refused`. */
interface Restriction {
  readonly primary: Cidr
  readonly refused: readonly Cidr[]
}

const PRIVATE = { ten: cidr('10.0.0.0/8'), twelve: cidr('172.16.0.0/12'), sixteen: cidr('192.168.0.0/16') }
const BENCHMARK = cidr('198.19.0.0/16')

/** The first whose `primary` holds the VPC's primary block applies. */
const RESTRICTIONS: readonly Restriction[] = [
  { primary: PRIVATE.ten, refused: [PRIVATE.twelve, PRIVATE.sixteen, BENCHMARK] },
  { primary: PRIVATE.twelve, refused: [PRIVATE.ten, PRIVATE.sixteen, BENCHMARK, cidr('172.31.0.0/16')] },
  { primary: PRIVATE.sixteen, refused: [PRIVATE.ten, PRIVATE.twelve, BENCHMARK] },
  { primary: BENCHMARK, refused: [PRIVATE.ten, PRIVATE.twelve, PRIVATE.sixteen] },
  { primary: cidr('0.0.0.0/0'), refused: [PRIVATE.ten, PRIVATE.twelve, PRIVATE.sixteen, BENCHMARK] },
]

type BlockQuota = 'ipv4BlocksPerVpc' | 'ipv6BlocksPerVpc'

function checkBlockCount(records: Records, vpc: Vpc, quota: BlockQuota, count: number): void {
  const most = quotaFor(records, vpc, quota)
  if (count < most) return
  throw new ApiError(
    'CidrLimitExceeded',
    `This network '${vpc.id}' has met its maximum number of allowed CIDRs: ${most}`,
  )
}

function checkNewBlock(records: Records, vpc: Vpc, block: Cidr): void {
  const blocks = vpc.cidrBlocks.map((one) => one.cidr)
  const [primary] = blocks
  checkBlockCount(records, vpc, 'ipv4BlocksPerVpc', blocks.length)
  if (blocks.some((one) => cidrsOverlap(one, block))) {
    throw new ApiError('CidrConflict', `The CIDR '${block}' conflicts with another CIDR of the vpc ${vpc.id}`)
  }
  const refused = RESTRICTIONS.find((one) => primary && cidrCovers(one.primary, primary))?.refused ?? []
  if (refused.some((range) => cidrsOverlap(range, block)) || isKeptBy15(blocks, block)) {
    throw new ApiError(
      'InvalidVpc.Range',
      `The CIDR '${block}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html`,
    )
  }
  const peer = activePeerings(records, vpc.id)
    .map((peering) => ({ peering, other: records.vpcs.get(peerOf(peering, vpc.id)) }))
    .find(({ other }) => other?.cidrBlocks.some((one) => cidrsOverlap(one.cidr, block)))
  if (peer) {
    throw new ApiError(
      'InvalidVpc.Range',
      `The CIDR '${block}' overlaps with a CIDR of ${peer.other?.id}, with which ${vpc.id} is peered by ${peer.peering.id}`,
    )
  }
  // The block brings a `local` route, which may not take a destination from a route that is there.
  const route = records.routeTables
    .where('vpcId', vpc.id)
    .flatMap((table) => table.routes)
    .find(({ destination }) => destination.kind === 'cidr' && cidrCovers(block, destination.cidr))
  if (route?.destination.kind === 'cidr') {
    throw new ApiError(
      'InvalidVpc.Range',
      `The CIDR '${block}' is equal to or larger than the destination ${route.destination.cidr} of a route in a route table of ${vpc.id}`,
    )
  }
}

/** A VPC with a block of 10.0.0.0/15 may have none of 10.0.0.0/16. */
function isKeptBy15(blocks: readonly Cidr[], block: Cidr): boolean {
  return blocks.some((one) => cidrCovers(cidr('10.0.0.0/15'), one)) && cidrsOverlap(cidr('10.0.0.0/16'), block)
}
