// Resource configurations: an address, a domain name or an ARN behind a resource gateway, with the TCP ports on which others
// may reach it; or a group of such. https://docs.aws.amazon.com/vpc-lattice/latest/ug/resource-configuration.html

import type {
  CreateResourceConfigurationRequest,
  CreateResourceConfigurationResponse,
  DeleteResourceConfigurationRequest,
  GetResourceConfigurationRequest,
  GetResourceConfigurationResponse,
  ListResourceConfigurationsRequest,
  ListResourceConfigurationsResponse,
  UpdateResourceConfigurationRequest,
  UpdateResourceConfigurationResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { ResourceConfiguration } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { associateEndpointsOfConfiguration } from '../ec2/endpoint/endpoint-association.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { statusOf } from './domain-verification.ts'
import { conflict, validationError } from './errors.ts'
import { allVisible, latticeArn, requireOwn, requireVisible } from './find.ts'
import { findMade, idempotent, pageOf, requireDomainName, required, requireName, requireTags } from './names.ts'
import { removePolicies } from './policy.ts'
import { formatPortRanges, requireDefinition, requirePortRanges, toDefinition } from './resource-definition.ts'

const TYPE = 'RESOURCE_CONFIGURATION'
const TYPES = ['SINGLE', 'GROUP', 'CHILD', 'ARN'] as const

export function createResourceConfiguration(
  tx: Tx,
  caller: Caller,
  input: CreateResourceConfigurationRequest,
): CreateResourceConfigurationResponse {
  const call = idempotent('CreateResourceConfiguration', input)
  const made = tx.resourceConfigurations.get(findMade(tx, caller, call))
  if (made) return toConfiguration(made)
  const name = requireName(input.name, 40)
  if (tx.resourceConfigurations.where('owner', caller.account).some((one) => isNamed(one, caller, name))) {
    throw conflict(`A resource configuration with the name ${name} already exists.`, TYPE, name)
  }
  const type = TYPES.find((one) => one === required('type', input.type))
  if (!type) throw validationError(`The type ${input.type} is none of ${TYPES.join(', ')}.`)
  if (input.protocol !== undefined && input.protocol !== 'TCP') {
    throw validationError(`The protocol ${input.protocol} is not supported; use TCP.`)
  }
  const place = requirePlace(tx, caller, type, input)
  const configuration = tx.resourceConfigurations.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id: tx.newId('rcfg'),
    name,
    type,
    ...place,
    ...requireResource(tx, caller, type, input),
    ...requireDomains(tx, caller, type, input),
    allowAssociationToShareableServiceNetwork: input.allowAssociationToShareableServiceNetwork ?? true,
    updatedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, call, configuration.id)
  associateEndpointsOfConfiguration(tx, caller, configuration)
  return toConfiguration(configuration)
}

/** Also one that is shared with the caller, which then sees what it is. */
export function getResourceConfiguration(
  records: Records,
  caller: Caller,
  input: GetResourceConfigurationRequest,
): GetResourceConfigurationResponse {
  const configuration = requireVisible(records, caller, 'rcfg', input.resourceConfigurationIdentifier)
  const verification = records.domainVerifications.get(configuration.domainVerificationId ?? '')
  return {
    ...toConfiguration(configuration),
    ...(verification && {
      domainVerificationArn: latticeArn(verification),
      domainVerificationStatus: statusOf(records, verification),
    }),
    lastUpdatedAt: new Date(configuration.updatedAt),
  }
}

export function listResourceConfigurations(
  records: Records,
  caller: Caller,
  input: ListResourceConfigurationsRequest,
): ListResourceConfigurationsResponse {
  const { resourceGatewayIdentifier: gateway, resourceConfigurationGroupIdentifier: group } = input
  const gatewayId = gateway === undefined ? undefined : requireOwn(records, caller, 'rgw', gateway).id
  const groupId = group === undefined ? undefined : requireVisible(records, caller, 'rcfg', group).id
  const found = allVisible(records, caller, 'rcfg').filter(
    (one) =>
      (gatewayId === undefined || one.resourceGatewayId === gatewayId) &&
      (groupId === undefined || one.groupId === groupId),
  )
  const { page, more } = pageOf(found, input)
  const items = page.map((one) => {
    const { portRanges, protocol, resourceConfigurationDefinition, ...summary } = toConfiguration(one)
    return { ...summary, amazonManaged: false, lastUpdatedAt: new Date(one.updatedAt) }
  })
  return { items, ...more }
}

/** What it is, and on which ports. */
export function updateResourceConfiguration(
  tx: Tx,
  caller: Caller,
  input: UpdateResourceConfigurationRequest,
): UpdateResourceConfigurationResponse {
  const old = requireOwn(tx, caller, 'rcfg', input.resourceConfigurationIdentifier)
  const { portRanges, resourceConfigurationDefinition: definition } = input
  if (old.type === 'GROUP' && (definition !== undefined || (portRanges ?? []).length > 0)) {
    throw validationError('A resource configuration of type GROUP has neither a definition nor port ranges.')
  }
  const configuration = tx.resourceConfigurations.update(old.id, {
    ...(portRanges !== undefined && { portRanges: requirePortRanges(portRanges) }),
    ...(definition !== undefined && { definition: requireDefinition(tx, caller, old.type, definition) }),
    allowAssociationToShareableServiceNetwork:
      input.allowAssociationToShareableServiceNetwork ?? old.allowAssociationToShareableServiceNetwork,
    updatedAt: caller.now.toISOString(),
  })
  return toConfiguration(configuration)
}

/** Not while something leads to it: an endpoint, a service network, or its children. */
export function deleteResourceConfiguration(
  tx: Tx,
  caller: Caller,
  input: DeleteResourceConfigurationRequest,
): Record<string, never> {
  const configuration = requireOwn(tx, caller, 'rcfg', input.resourceConfigurationIdentifier)
  const { id } = configuration
  const user =
    tx.resourceConfigurations.where('groupId', id)[0] ??
    tx.serviceNetworkResourceAssociations.where('resourceConfigurationId', id)[0] ??
    tx.vpcEndpoints.where('resourceConfigurationId', id)[0]
  if (user) throw conflict(`The resource configuration ${id} is in use by ${user.id}.`, TYPE, id)
  tx.resourceConfigurations.delete(id)
  associateEndpointsOfConfiguration(tx, caller, configuration)
  removePolicies(tx, configuration)
  forgetMade(tx, id)
  return {}
}

export function toConfiguration(configuration: ResourceConfiguration) {
  const { id, name, type, groupId, portRanges, definition } = configuration
  return {
    id,
    name,
    arn: latticeArn(configuration),
    resourceGatewayId: configuration.resourceGatewayId,
    ...(groupId !== undefined && { resourceConfigurationGroupId: groupId }),
    type,
    ...(type !== 'GROUP' && { portRanges: formatPortRanges(portRanges) }),
    protocol: 'TCP' as const,
    status: 'ACTIVE' as const,
    ...(definition && { resourceConfigurationDefinition: toDefinition(definition) }),
    allowAssociationToShareableServiceNetwork: configuration.allowAssociationToShareableServiceNetwork,
    createdAt: new Date(configuration.createdAt),
    ...(configuration.customDomainName !== undefined && { customDomainName: configuration.customDomainName }),
    ...(configuration.groupDomain !== undefined && { groupDomain: configuration.groupDomain }),
    ...(configuration.domainVerificationId !== undefined && {
      domainVerificationId: configuration.domainVerificationId,
    }),
  }
}

/** A child is behind the gateway of its group. */
function requirePlace(
  records: Records,
  caller: Caller,
  type: ResourceConfiguration['type'],
  input: CreateResourceConfigurationRequest,
): Pick<ResourceConfiguration, 'resourceGatewayId' | 'groupId'> {
  const { resourceConfigurationGroupIdentifier: groupIdentifier, resourceGatewayIdentifier } = input
  if (type === 'CHILD') {
    const group = requireOwn(records, caller, 'rcfg', required('resourceConfigurationGroupIdentifier', groupIdentifier))
    if (group.type !== 'GROUP') throw validationError(`The resource configuration ${group.id} is no group.`)
    if (resourceGatewayIdentifier !== undefined) {
      const gateway = requireOwn(records, caller, 'rgw', resourceGatewayIdentifier)
      if (gateway.id !== group.resourceGatewayId) {
        throw validationError(`The group ${group.id} is behind ${group.resourceGatewayId}; so is its child.`)
      }
    }
    return { resourceGatewayId: group.resourceGatewayId, groupId: group.id }
  }
  if (groupIdentifier !== undefined) throw validationError('Only a resource configuration of type CHILD has a group.')
  const gateway = requireOwn(records, caller, 'rgw', required('resourceGatewayIdentifier', resourceGatewayIdentifier))
  return { resourceGatewayId: gateway.id }
}

function requireResource(
  records: Records,
  caller: Caller,
  type: ResourceConfiguration['type'],
  { portRanges, resourceConfigurationDefinition: definition }: CreateResourceConfigurationRequest,
): Pick<ResourceConfiguration, 'portRanges' | 'definition'> {
  if (type === 'GROUP') {
    if (definition === undefined && (portRanges ?? []).length === 0) return { portRanges: [] }
    throw validationError('A resource configuration of type GROUP has neither a definition nor port ranges.')
  }
  const wanted = requireDefinition(records, caller, type, required('resourceConfigurationDefinition', definition))
  // A database has its own port in AWS; what an ARN can name here has any.
  const ports = type === 'ARN' && (portRanges ?? []).length === 0 ? ['1-65535'] : required('portRanges', portRanges)
  return { definition: wanted, portRanges: requirePortRanges(ports) }
}

/** A verification proves the name, or a group's domain; a child's name is below its group's domain, if that has one. */
function requireDomains(
  records: Records,
  caller: Caller,
  type: ResourceConfiguration['type'],
  input: CreateResourceConfigurationRequest,
): Pick<ResourceConfiguration, 'customDomainName' | 'groupDomain' | 'domainVerificationId'> {
  const { domainVerificationIdentifier: identifier } = input
  if (input.groupDomain !== undefined && type !== 'GROUP') throw validationError('Only a group has a group domain.')
  if (input.customDomainName !== undefined && type === 'GROUP') {
    throw validationError('A group has no custom domain name.')
  }
  const domains = {
    ...(input.customDomainName !== undefined && { customDomainName: requireDomainName(input.customDomainName) }),
    ...(input.groupDomain !== undefined && { groupDomain: requireDomainName(input.groupDomain) }),
  }
  const name = domains.customDomainName ?? domains.groupDomain
  if (type === 'CHILD' && name !== undefined) {
    const group = requireOwn(records, caller, 'rcfg', input.resourceConfigurationGroupIdentifier)
    if (group.groupDomain !== undefined) requireWithin(name, group.groupDomain)
  }
  if (identifier === undefined) return domains
  const verification = requireOwn(records, caller, 'dv', identifier)
  if (name === undefined)
    throw validationError('A domain verification goes with a custom domain name or a group domain.')
  requireWithin(name, verification.domainName)
  return { ...domains, domainVerificationId: verification.id }
}

function requireWithin(name: string, domain: string): void {
  const bare = name.replace(/^\*\./, '')
  if (bare === domain || bare.endsWith(`.${domain}`)) return
  throw validationError(`The domain name ${name} is not within ${domain}.`)
}

function isNamed(one: ResourceConfiguration, { region }: Caller, name: string): boolean {
  return one.region === region && one.name === name
}
