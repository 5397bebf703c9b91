// Route 53 actions that Postern serves. It is a global service: its calls are signed for us-east-1.

import { route53Authorisations } from '../../control/route53/authorisation.ts'
import { getChange } from '../../control/route53/change.ts'
import { changeResourceRecordSets } from '../../control/route53/change-batch.ts'
import { getDnssec } from '../../control/route53/dnssec.ts'
import {
  createHealthCheck,
  deleteHealthCheck,
  getHealthCheck,
  getHealthCheckCount,
  getHealthCheckLastFailureReason,
  getHealthCheckStatus,
  listHealthChecks,
  updateHealthCheck,
} from '../../control/route53/health-check.ts'
import {
  createHostedZone,
  deleteHostedZone,
  getHostedZone,
  getHostedZoneCount,
  updateHostedZoneComment,
} from '../../control/route53/hosted-zone.ts'
import { listHostedZones, listHostedZonesByName, listHostedZonesByVpc } from '../../control/route53/hosted-zone-list.ts'
import {
  associateVpcWithHostedZone,
  createVpcAssociationAuthorization,
  deleteVpcAssociationAuthorization,
  disassociateVpcFromHostedZone,
  listVpcAssociationAuthorizations,
} from '../../control/route53/hosted-zone-vpc.ts'
import { listResourceRecordSets } from '../../control/route53/record-set-list.ts'
import { changeTagsForResource, listTagsForResource, listTagsForResources } from '../../control/route53/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ROUTE53_READS = {
  GetChange: getChange,
  GetDNSSEC: getDnssec,
  GetHealthCheck: getHealthCheck,
  GetHealthCheckCount: getHealthCheckCount,
  GetHealthCheckLastFailureReason: getHealthCheckLastFailureReason,
  GetHealthCheckStatus: getHealthCheckStatus,
  GetHostedZone: getHostedZone,
  GetHostedZoneCount: getHostedZoneCount,
  ListHealthChecks: listHealthChecks,
  ListHostedZones: listHostedZones,
  ListHostedZonesByName: listHostedZonesByName,
  ListHostedZonesByVPC: listHostedZonesByVpc,
  ListResourceRecordSets: listResourceRecordSets,
  ListTagsForResource: listTagsForResource,
  ListTagsForResources: listTagsForResources,
  ListVPCAssociationAuthorizations: listVpcAssociationAuthorizations,
} as const satisfies ReadRows

export const ROUTE53_WRITES = {
  AssociateVPCWithHostedZone: associateVpcWithHostedZone,
  ChangeResourceRecordSets: changeResourceRecordSets,
  ChangeTagsForResource: changeTagsForResource,
  CreateHealthCheck: createHealthCheck,
  CreateHostedZone: createHostedZone,
  CreateVPCAssociationAuthorization: createVpcAssociationAuthorization,
  DeleteHealthCheck: deleteHealthCheck,
  DeleteHostedZone: deleteHostedZone,
  DeleteVPCAssociationAuthorization: deleteVpcAssociationAuthorization,
  DisassociateVPCFromHostedZone: disassociateVpcFromHostedZone,
  UpdateHealthCheck: updateHealthCheck,
  UpdateHostedZoneComment: updateHostedZoneComment,
} as const satisfies WriteRows

/** Every action asks about the zone that its input names. */
export const ROUTE53_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ROUTE53_READS), ...Object.keys(ROUTE53_WRITES)].map((operation) => [
    operation,
    (_records, { principal, input }) =>
      route53Authorisations(principal.kind === 'anonymous' ? '' : principal.account, operation, input),
  ]),
)
