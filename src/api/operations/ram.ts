// AWS Resource Access Manager's actions that Postern serves.

import {
  associateResourceShare,
  disassociateResourceShare,
  getResourceShareAssociations,
} from '../../control/ram/association.ts'
import { ramAuthorisations } from '../../control/ram/authorisation.ts'
import {
  acceptResourceShareInvitation,
  getResourceShareInvitations,
  listPendingInvitationResources,
  rejectResourceShareInvitation,
} from '../../control/ram/invitation.ts'
import {
  associateResourceSharePermission,
  getPermission,
  listPermissions,
  listPrincipals,
  listResourceSharePermissions,
  listResources,
  listResourceTypes,
} from '../../control/ram/lists.ts'
import { enableSharingWithAwsOrganization } from '../../control/ram/organization-sharing.ts'
import {
  createResourceShare,
  deleteResourceShare,
  getResourceShares,
  updateResourceShare,
} from '../../control/ram/share.ts'
import { tagResource, untagResource } from '../../control/ram/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const RAM_READS = {
  GetPermission: getPermission,
  GetResourceShareAssociations: getResourceShareAssociations,
  GetResourceShareInvitations: getResourceShareInvitations,
  GetResourceShares: getResourceShares,
  ListPendingInvitationResources: listPendingInvitationResources,
  ListPermissions: listPermissions,
  ListPrincipals: listPrincipals,
  ListResourceSharePermissions: listResourceSharePermissions,
  ListResourceTypes: listResourceTypes,
  ListResources: listResources,
} as const satisfies ReadRows

export const RAM_WRITES = {
  AcceptResourceShareInvitation: acceptResourceShareInvitation,
  AssociateResourceShare: associateResourceShare,
  AssociateResourceSharePermission: associateResourceSharePermission,
  CreateResourceShare: createResourceShare,
  DeleteResourceShare: deleteResourceShare,
  DisassociateResourceShare: disassociateResourceShare,
  EnableSharingWithAwsOrganization: enableSharingWithAwsOrganization,
  RejectResourceShareInvitation: rejectResourceShareInvitation,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateResourceShare: updateResourceShare,
} as const satisfies WriteRows

export const RAM_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(RAM_READS), ...Object.keys(RAM_WRITES)].map((operation) => [
    operation,
    (records, { principal, input }) =>
      ramAuthorisations(records, principal.kind === 'anonymous' ? '' : principal.account, operation, input),
  ]),
)
