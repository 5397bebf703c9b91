// Route 53 Resolver actions that Postern serves.

import { resolverAuthorisations } from '../../control/route53resolver/authorisation.ts'
import {
  associateResolverEndpointIpAddress,
  disassociateResolverEndpointIpAddress,
  listResolverEndpointIpAddresses,
} from '../../control/route53resolver/endpoint-address.ts'
import {
  createResolverEndpoint,
  deleteResolverEndpoint,
  getResolverEndpoint,
  listResolverEndpoints,
  updateResolverEndpoint,
} from '../../control/route53resolver/resolver-endpoint.ts'
import {
  createResolverRule,
  deleteResolverRule,
  getResolverRule,
  listResolverRules,
  updateResolverRule,
} from '../../control/route53resolver/resolver-rule.ts'
import {
  associateResolverRule,
  disassociateResolverRule,
  getResolverRuleAssociation,
  listResolverRuleAssociations,
} from '../../control/route53resolver/rule-association.ts'
import { listTagsForResource, tagResource, untagResource } from '../../control/route53resolver/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ROUTE53_RESOLVER_READS = {
  GetResolverEndpoint: getResolverEndpoint,
  GetResolverRule: getResolverRule,
  GetResolverRuleAssociation: getResolverRuleAssociation,
  ListResolverEndpointIpAddresses: listResolverEndpointIpAddresses,
  ListResolverEndpoints: listResolverEndpoints,
  ListResolverRuleAssociations: listResolverRuleAssociations,
  ListResolverRules: listResolverRules,
  ListTagsForResource: listTagsForResource,
} as const satisfies ReadRows

export const ROUTE53_RESOLVER_WRITES = {
  AssociateResolverEndpointIpAddress: associateResolverEndpointIpAddress,
  AssociateResolverRule: associateResolverRule,
  CreateResolverEndpoint: createResolverEndpoint,
  CreateResolverRule: createResolverRule,
  DeleteResolverEndpoint: deleteResolverEndpoint,
  DeleteResolverRule: deleteResolverRule,
  DisassociateResolverEndpointIpAddress: disassociateResolverEndpointIpAddress,
  DisassociateResolverRule: disassociateResolverRule,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateResolverEndpoint: updateResolverEndpoint,
  UpdateResolverRule: updateResolverRule,
} as const satisfies WriteRows

export const ROUTE53_RESOLVER_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ROUTE53_RESOLVER_READS), ...Object.keys(ROUTE53_RESOLVER_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return resolverAuthorisations(records, { account, region }, operation, input)
    },
  ]),
)
