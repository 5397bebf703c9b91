// VPC Lattice actions that Postern serves: resources, service networks, and who is associated with what. Lattice's own
// services, which route HTTP, are not here.

import { latticeAuthorisations } from '../../control/vpc-lattice/authorisation.ts'
import {
  deleteDomainVerification,
  getDomainVerification,
  listDomainVerifications,
  startDomainVerification,
} from '../../control/vpc-lattice/domain-verification.ts'
import {
  deleteResourceEndpointAssociation,
  listResourceEndpointAssociations,
  listServiceNetworkVpcEndpointAssociations,
} from '../../control/vpc-lattice/endpoint-association.ts'
import {
  deleteAuthPolicy,
  deleteResourcePolicy,
  getAuthPolicy,
  getResourcePolicy,
  putAuthPolicy,
  putResourcePolicy,
} from '../../control/vpc-lattice/policy.ts'
import {
  createServiceNetworkResourceAssociation,
  deleteServiceNetworkResourceAssociation,
  getServiceNetworkResourceAssociation,
  listServiceNetworkResourceAssociations,
} from '../../control/vpc-lattice/resource-association.ts'
import {
  createResourceConfiguration,
  deleteResourceConfiguration,
  getResourceConfiguration,
  listResourceConfigurations,
  updateResourceConfiguration,
} from '../../control/vpc-lattice/resource-configuration.ts'
import {
  createResourceGateway,
  deleteResourceGateway,
  getResourceGateway,
  listResourceGateways,
  updateResourceGateway,
} from '../../control/vpc-lattice/resource-gateway.ts'
import {
  createServiceNetwork,
  deleteServiceNetwork,
  getServiceNetwork,
  listServiceNetworks,
  updateServiceNetwork,
} from '../../control/vpc-lattice/service-network.ts'
import { listServiceNetworkServiceAssociations, listServices } from '../../control/vpc-lattice/services.ts'
import { listTagsForResource, tagResource, untagResource } from '../../control/vpc-lattice/tags.ts'
import {
  createServiceNetworkVpcAssociation,
  deleteServiceNetworkVpcAssociation,
  getServiceNetworkVpcAssociation,
  listServiceNetworkVpcAssociations,
  updateServiceNetworkVpcAssociation,
} from '../../control/vpc-lattice/vpc-association.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const VPC_LATTICE_READS = {
  GetAuthPolicy: getAuthPolicy,
  GetDomainVerification: getDomainVerification,
  GetResourceConfiguration: getResourceConfiguration,
  GetResourceGateway: getResourceGateway,
  GetResourcePolicy: getResourcePolicy,
  GetServiceNetwork: getServiceNetwork,
  GetServiceNetworkResourceAssociation: getServiceNetworkResourceAssociation,
  GetServiceNetworkVpcAssociation: getServiceNetworkVpcAssociation,
  ListDomainVerifications: listDomainVerifications,
  ListResourceConfigurations: listResourceConfigurations,
  ListResourceEndpointAssociations: listResourceEndpointAssociations,
  ListResourceGateways: listResourceGateways,
  ListServiceNetworkResourceAssociations: listServiceNetworkResourceAssociations,
  ListServiceNetworkServiceAssociations: listServiceNetworkServiceAssociations,
  ListServiceNetworkVpcAssociations: listServiceNetworkVpcAssociations,
  ListServiceNetworkVpcEndpointAssociations: listServiceNetworkVpcEndpointAssociations,
  ListServiceNetworks: listServiceNetworks,
  ListServices: listServices,
  ListTagsForResource: listTagsForResource,
} as const satisfies ReadRows

export const VPC_LATTICE_WRITES = {
  CreateResourceConfiguration: createResourceConfiguration,
  CreateResourceGateway: createResourceGateway,
  CreateServiceNetwork: createServiceNetwork,
  CreateServiceNetworkResourceAssociation: createServiceNetworkResourceAssociation,
  CreateServiceNetworkVpcAssociation: createServiceNetworkVpcAssociation,
  DeleteAuthPolicy: deleteAuthPolicy,
  DeleteDomainVerification: deleteDomainVerification,
  DeleteResourceConfiguration: deleteResourceConfiguration,
  DeleteResourceEndpointAssociation: deleteResourceEndpointAssociation,
  DeleteResourceGateway: deleteResourceGateway,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteServiceNetwork: deleteServiceNetwork,
  DeleteServiceNetworkResourceAssociation: deleteServiceNetworkResourceAssociation,
  DeleteServiceNetworkVpcAssociation: deleteServiceNetworkVpcAssociation,
  PutAuthPolicy: putAuthPolicy,
  PutResourcePolicy: putResourcePolicy,
  StartDomainVerification: startDomainVerification,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateResourceConfiguration: updateResourceConfiguration,
  UpdateResourceGateway: updateResourceGateway,
  UpdateServiceNetwork: updateServiceNetwork,
  UpdateServiceNetworkVpcAssociation: updateServiceNetworkVpcAssociation,
} as const satisfies WriteRows

export const VPC_LATTICE_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(VPC_LATTICE_READS), ...Object.keys(VPC_LATTICE_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return latticeAuthorisations(records, { account, region }, operation, input)
    },
  ]),
)
