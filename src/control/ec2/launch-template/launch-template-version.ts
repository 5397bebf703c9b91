// Versions of launch templates. A version never changes; a new one may begin with what another has.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html

import type {
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { LaunchTemplate, LaunchTemplateVersion } from '../../../store/launch-template-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseUserData } from '../instance/user-data.ts'
import { findMadeBefore, rememberMade } from '../request/client-token.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import {
  callerArn,
  ownLaunchTemplates,
  requireLaunchTemplate,
  requireVersion,
  versionNumber,
  versionsOf,
} from './find.ts'
import { toVersion } from './launch-template-shape.ts'

const VERSIONS_PER_TEMPLATE = 10_000
const VERSIONS_PER_CALL = 200
const DESCRIPTION_LENGTH = 255

/** What is there of a version before it has a number's record. */
export type NewVersion = Pick<LaunchTemplateVersion, 'number' | 'description' | 'parameters'>

export function createLaunchTemplateVersion(
  tx: Tx,
  caller: Caller,
  input: CreateLaunchTemplateVersionRequest,
): CreateLaunchTemplateVersionResult {
  const call = { action: 'CreateLaunchTemplateVersion', input }
  const template = requireLaunchTemplate(tx, caller, input)
  const known = tx.launchTemplateVersions.get(findMadeBefore(tx, caller, call) ?? '')
  if (known) return { LaunchTemplateVersion: toVersion(template, known) }
  const own = requireParameters(input.LaunchTemplateData)
  const source = input.SourceVersion ? requireVersion(tx, template, input.SourceVersion).parameters : {}
  if (tx.launchTemplateVersions.where('launchTemplateId', template.id).length >= VERSIONS_PER_TEMPLATE) {
    throw new ApiError(
      'VersionLimitExceeded',
      `You have reached the limit of ${VERSIONS_PER_TEMPLATE} versions of the launch template ${template.id}.`,
    )
  }
  const number = template.latestVersion + 1
  const description = input.VersionDescription ?? ''
  const version = insertVersion(tx, caller, template, { number, description, parameters: { ...source, ...own } })
  const changed = tx.launchTemplates.update(template.id, { latestVersion: number })
  rememberMade(tx, caller, call, version.id)
  return { LaunchTemplateVersion: toVersion(changed, version) }
}

/** Each by itself: what cannot go is told, and the others go. */
export function deleteLaunchTemplateVersions(
  tx: Tx,
  caller: Caller,
  input: DeleteLaunchTemplateVersionsRequest,
): DeleteLaunchTemplateVersionsResult {
  const template = requireLaunchTemplate(tx, caller, input)
  const versions = [...new Set(input.Versions ?? [])]
  if (versions.length === 0) throw missingParameter('versions')
  if (versions.length > VERSIONS_PER_CALL) {
    throw new ApiError('InvalidParameterValue', `A call can name at most ${VERSIONS_PER_CALL} versions.`)
  }
  const about = { LaunchTemplateId: template.id, LaunchTemplateName: template.name }
  const kept: DeleteLaunchTemplateVersionsResponseErrorItem[] = []
  const gone = versions.flatMap((version) => {
    const number = versionNumber(template, version)
    const refusal = whyKept(tx, template, number)
    if (refusal) {
      kept.push({ ...about, VersionNumber: number, ResponseError: refusal })
      return []
    }
    tx.launchTemplateVersions.delete(`${template.id}/${number}`)
    return [{ ...about, VersionNumber: number }]
  })
  return { SuccessfullyDeletedLaunchTemplateVersions: gone, UnsuccessfullyDeletedLaunchTemplateVersions: kept }
}

function whyKept(
  records: Records,
  template: LaunchTemplate,
  number: number,
): DeleteLaunchTemplateVersionsResponseErrorItem['ResponseError'] {
  if (!records.launchTemplateVersions.has(`${template.id}/${number}`)) {
    const Message = `Launch template version ${number} does not exist.`
    return { Code: 'launchTemplateVersionDoesNotExist', Message }
  }
  if (number !== template.defaultVersion) return undefined
  const Message = `The default version of a launch template, here ${number}, cannot be deleted; make another the default first.`
  return { Code: 'unexpectedError', Message }
}

/** Without a template, `$Latest` and `$Default` are asked of all that the account has. */
export function describeLaunchTemplateVersions(
  records: Records,
  caller: Caller,
  input: DescribeLaunchTemplateVersionsRequest,
): DescribeLaunchTemplateVersionsResult {
  const isNamed = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined
  const templates = isNamed ? [requireLaunchTemplate(records, caller, input)] : ownLaunchTemplates(records, caller)
  if (!isNamed && (input.Versions ?? []).length === 0) throw missingParameter('launchTemplateId or launchTemplateName')
  const rows = templates.flatMap((template) =>
    wantedVersions(records, template, input, isNamed).map((version) => ({ template, version })),
  )
  const found = applyPlainFilters(rows, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ version }) => version.id, { min: 1, max: 200 })
  return {
    LaunchTemplateVersions: items.map(({ template, version }) => toVersion(template, version)),
    NextToken: nextToken,
  }
}

function wantedVersions(
  records: Records,
  template: LaunchTemplate,
  { Versions: named = [], MinVersion: min, MaxVersion: max }: DescribeLaunchTemplateVersionsRequest,
  isNamed: boolean,
): readonly LaunchTemplateVersion[] {
  if (named.length > 0) {
    if (!isNamed && named.some((one) => !one.startsWith('$'))) {
      throw new ApiError('InvalidParameterValue', 'Without a launch template only $Latest and $Default can be named.')
    }
    return [...new Set(named.map((version) => requireVersion(records, template, version)))]
  }
  const from = min ? versionNumber(template, min) : 1
  const to = max ? versionNumber(template, max) : template.latestVersion
  return versionsOf(records, template).filter(({ number }) => number >= from && number <= to)
}

export function insertVersion(
  tx: Tx,
  caller: Caller,
  template: LaunchTemplate,
  { number, description, parameters }: NewVersion,
): LaunchTemplateVersion {
  if (description.length > DESCRIPTION_LENGTH) {
    throw new ApiError(
      'InvalidParameterValue',
      `The version's description is longer than ${DESCRIPTION_LENGTH} characters.`,
    )
  }
  return tx.launchTemplateVersions.insert({
    id: `${template.id}/${number}`,
    launchTemplateId: template.id,
    number,
    description,
    createdBy: callerArn(caller),
    createdAt: caller.now.toISOString(),
    parameters,
  })
}

/** The parameters that were sent, without what is empty: Terraform sends user data always. */
export function requireParameters(sent: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (!sent) throw missingParameter('LaunchTemplateData')
  const { UserData: userData, ...others } = sent
  parseUserData(userData)
  return userData ? { ...others, UserData: userData } : others
}

const FILTERS: FilterFields<{ readonly version: LaunchTemplateVersion; readonly template: LaunchTemplate }> = {
  'create-time': ({ version }) => version.createdAt,
  'ebs-optimized': ({ version }) => version.parameters.EbsOptimized,
  'http-endpoint': ({ version }) => version.parameters.MetadataOptions?.HttpEndpoint,
  'http-protocol-ipv4': ({ version }) => version.parameters.MetadataOptions?.HttpEndpoint,
  'http-protocol-ipv6': ({ version }) => version.parameters.MetadataOptions?.HttpProtocolIpv6,
  'host-resource-group-arn': ({ version }) => version.parameters.Placement?.HostResourceGroupArn,
  'http-tokens': ({ version }) => version.parameters.MetadataOptions?.HttpTokens,
  'iam-instance-profile': ({ version }) => version.parameters.IamInstanceProfile?.Arn,
  'image-id': ({ version }) => version.parameters.ImageId,
  'instance-type': ({ version }) => version.parameters.InstanceType,
  'is-default-version': ({ version, template }) => version.number === template.defaultVersion,
  'kernel-id': ({ version }) => version.parameters.KernelId,
  'license-configuration-arn': ({ version }) =>
    version.parameters.LicenseSpecifications?.map((one) => one.LicenseConfigurationArn),
  'network-card-index': ({ version }) => version.parameters.NetworkInterfaces?.map((one) => one.NetworkCardIndex),
  'ram-disk-id': ({ version }) => version.parameters.RamDiskId,
}
