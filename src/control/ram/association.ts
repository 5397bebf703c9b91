// What is in a share, and whom it is for.
// https://docs.aws.amazon.com/ram/latest/APIReference/API_AssociateResourceShare.html

import type {
  AssociateResourceShareRequest,
  AssociateResourceShareResponse,
  DisassociateResourceShareRequest,
  DisassociateResourceShareResponse,
  GetResourceShareAssociationsRequest,
  GetResourceShareAssociationsResponse,
  ResourceShareAssociation,
} from '@aws-sdk/client-ram'
import type { ResourceShare, SharedResource, SharePrincipal } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidParameter, notPermitted, unknownResource } from './errors.ts'
import { requireOwnShare, requireShareArn, requireSide } from './find.ts'
import { pageOf } from './pages.ts'
import { addPrincipal, checkInsideOnly, checkPrincipal, removePrincipal } from './principal.ts'
import { addResource } from './share.ts'
import { requireShareable, typeOf } from './shareable.ts'

export function associateResourceShare(
  tx: Tx,
  caller: Caller,
  input: AssociateResourceShareRequest,
): AssociateResourceShareResponse {
  const share = requireOwnShare(tx, caller, input.resourceShareArn)
  const { resourceArns = [], principals = [] } = input
  if (resourceArns.length + principals.length === 0) throw invalidParameter('Send resourceArns or principals.')
  const arns = resourceArns.map((arn) => requireShareable(tx, caller.account, arn))
  for (const principal of principals) checkPrincipal(tx, caller, share, principal)
  const held = tx.sharedResources.where('shareId', share.id).map(({ resourceArn }) => resourceArn)
  const present = tx.sharePrincipals.where('shareId', share.id).map(({ principal }) => principal)
  checkInsideOnly(tx, caller, [...held, ...arns], [...present, ...principals])
  for (const arn of arns) addResource(tx, caller, share, arn)
  const resources = arns.flatMap((arn) => tx.sharedResources.get(`${share.id} ${arn}`) ?? [])
  const added = principals.map((principal) => addPrincipal(tx, caller, share, principal))
  return {
    resourceShareAssociations: [
      ...resources.map((one) => ofResource(share, one)),
      ...added.map((one) => ofPrincipal(share, one)),
    ],
    ...(input.clientToken !== undefined && { clientToken: input.clientToken }),
  }
}

/** By the share's owner; a principal may leave it by itself. */
export function disassociateResourceShare(
  tx: Tx,
  caller: Caller,
  input: DisassociateResourceShareRequest,
): DisassociateResourceShareResponse {
  const { resourceArns = [], principals = [] } = input
  const share = tx.resourceShares.get(requireShareArn(input.resourceShareArn))
  const isLeaving = resourceArns.length === 0 && principals.length === 1 && principals[0] === caller.account
  if (!share || (share.owner !== caller.account && !isLeaving)) {
    throw unknownResource(`ResourceShare ${input.resourceShareArn}`)
  }
  const resources = resourceArns.map((arn) => requireIn(tx.sharedResources.get(`${share.id} ${arn}`), arn))
  const leaving = principals.map((one) => requireIn(tx.sharePrincipals.get(`${share.id} ${one}`), one))
  if (isLeaving) checkCanLeave(tx, share, leaving)
  for (const { id } of resources) tx.sharedResources.delete(id)
  for (const one of leaving) removePrincipal(tx, one)
  const gone = { status: 'DISASSOCIATED' } as const
  return {
    resourceShareAssociations: [
      ...resources.map((one) => ({ ...ofResource(share, one), ...gone })),
      ...leaving.map((one) => ({ ...ofPrincipal(share, one), ...gone })),
    ],
    ...(input.clientToken !== undefined && { clientToken: input.clientToken }),
  }
}

/** https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-leave.html */
function checkCanLeave(records: Records, share: ResourceShare, leaving: readonly SharePrincipal[]): void {
  if (leaving.some(({ external }) => !external)) {
    throw notPermitted('An account of the organization cannot leave a share that is for it.')
  }
  const held = records.sharedResources
    .where('shareId', share.id)
    .flatMap(({ resourceArn }) => typeOf(resourceArn) ?? [])
  const kept = held.find(({ canBeLeft }) => !canBeLeft)
  if (kept === undefined) return
  throw notPermitted(
    `A share with resources of type ${kept.type} cannot be left; its owner ${share.owner} can take you out.`,
  )
}

export function getResourceShareAssociations(
  records: Records,
  caller: Caller,
  input: GetResourceShareAssociationsRequest,
): GetResourceShareAssociationsResponse {
  const shares = requireSide(records, caller, 'SELF', input.resourceShareArns)
  const found = shares.flatMap((share) => associationsOf(records, share, input.associationType))
  const wanted = input.principal ?? input.resourceArn
  const { page, more } = pageOf(
    found.filter(
      ({ associatedEntity, status }) =>
        (wanted === undefined || associatedEntity === wanted) &&
        (input.associationStatus === undefined || status === input.associationStatus),
    ),
    input,
  )
  return { resourceShareAssociations: page, ...more }
}

function associationsOf(records: Records, share: ResourceShare, type: string | undefined): ResourceShareAssociation[] {
  switch (type) {
    case 'PRINCIPAL':
      return records.sharePrincipals.where('shareId', share.id).map((one) => ofPrincipal(share, one))
    case 'RESOURCE':
      return records.sharedResources.where('shareId', share.id).map((one) => ofResource(share, one))
    default:
      throw invalidParameter('associationType is one of PRINCIPAL, RESOURCE.')
  }
}

function ofPrincipal(
  { id, name }: ResourceShare,
  { principal, status, external, createdAt }: SharePrincipal,
): ResourceShareAssociation {
  return {
    resourceShareArn: id,
    resourceShareName: name,
    associatedEntity: principal,
    associationType: 'PRINCIPAL',
    status,
    creationTime: new Date(createdAt),
    lastUpdatedTime: new Date(createdAt),
    external,
  }
}

function ofResource({ id, name }: ResourceShare, { resourceArn, createdAt }: SharedResource): ResourceShareAssociation {
  return {
    resourceShareArn: id,
    resourceShareName: name,
    associatedEntity: resourceArn,
    associationType: 'RESOURCE',
    status: 'ASSOCIATED',
    creationTime: new Date(createdAt),
    lastUpdatedTime: new Date(createdAt),
    external: false,
  }
}

function requireIn<R>(record: R | undefined, name: string): R {
  if (record) return record
  throw unknownResource(`Association of ${name}`)
}
