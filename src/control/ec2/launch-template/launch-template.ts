// Launch templates: what a launch takes when the call does not say it, kept in numbered versions.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html

import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { LaunchTemplate } from '../../../store/launch-template-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { tagsFor } from '../request/tags.ts'
import {
  callerArn,
  findLaunchTemplateNamed,
  ownLaunchTemplates,
  requireLaunchTemplate,
  requireVersion,
  versionsOf,
} from './find.ts'
import { toLaunchTemplate } from './launch-template-shape.ts'
import { insertVersion, requireParameters } from './launch-template-version.ts'

const TEMPLATES_PER_REGION = 5000

export function createLaunchTemplate(
  tx: Tx,
  caller: Caller,
  input: CreateLaunchTemplateRequest,
): CreateLaunchTemplateResult {
  const call = { action: 'CreateLaunchTemplate', input }
  const known = tx.launchTemplates.get(findMadeBefore(tx, caller, call) ?? '')
  if (known) return { LaunchTemplate: toLaunchTemplate(known) }
  const name = requireNewName(tx, caller, input.LaunchTemplateName)
  const parameters = requireParameters(input.LaunchTemplateData)
  const tags = tagsFor('launch-template', input.TagSpecifications)
  if (ownLaunchTemplates(tx, caller).length >= TEMPLATES_PER_REGION) {
    throw new ApiError(
      'LaunchTemplateLimitExceeded',
      `You have reached the limit of ${TEMPLATES_PER_REGION} launch templates.`,
    )
  }
  const template = tx.launchTemplates.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('lt'),
    name,
    createdBy: callerArn(caller),
    defaultVersion: 1,
    latestVersion: 1,
  })
  insertVersion(tx, caller, template, { number: 1, description: input.VersionDescription ?? '', parameters })
  rememberMade(tx, caller, call, template.id)
  return { LaunchTemplate: toLaunchTemplate(template) }
}

/** Says which version a launch takes that names none. */
export function modifyLaunchTemplate(
  tx: Tx,
  caller: Caller,
  input: ModifyLaunchTemplateRequest,
): ModifyLaunchTemplateResult {
  const template = requireLaunchTemplate(tx, caller, input)
  if (!input.DefaultVersion) throw missingParameter('defaultVersion')
  const { number: defaultVersion } = requireVersion(tx, template, input.DefaultVersion)
  return { LaunchTemplate: toLaunchTemplate(tx.launchTemplates.update(template.id, { defaultVersion })) }
}

/** With all its versions; instances that were launched with it stay. */
export function deleteLaunchTemplate(
  tx: Tx,
  caller: Caller,
  input: DeleteLaunchTemplateRequest,
): DeleteLaunchTemplateResult {
  const template = requireLaunchTemplate(tx, caller, input)
  for (const { id } of versionsOf(tx, template)) tx.launchTemplateVersions.delete(id)
  tx.launchTemplates.delete(template.id)
  forgetMade(tx, template.id)
  return { LaunchTemplate: toLaunchTemplate(template) }
}

export function describeLaunchTemplates(
  records: Records,
  caller: Caller,
  input: DescribeLaunchTemplatesRequest,
): DescribeLaunchTemplatesResult {
  const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = input
  const named = [
    ...ids.map((LaunchTemplateId) => requireLaunchTemplate(records, caller, { LaunchTemplateId })),
    ...names.map((LaunchTemplateName) => requireLaunchTemplate(records, caller, { LaunchTemplateName })),
  ]
  const hasIds = named.length > 0
  const found = applyFilters(hasIds ? [...new Set(named)] : ownLaunchTemplates(records, caller), input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 1, max: 200 })
  return { LaunchTemplates: items.map(toLaunchTemplate), NextToken: nextToken }
}

function requireNewName(records: Records, caller: Caller, name: string | undefined): string {
  if (!name) throw missingParameter('launchTemplateName')
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    throw new ApiError(
      'InvalidLaunchTemplateName.MalformedException',
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.',
    )
  }
  if (findLaunchTemplateNamed(records, caller, name)) {
    throw new ApiError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
  }
  return name
}

const FILTERS: FilterFields<LaunchTemplate> = {
  'create-time': (template) => template.createdAt,
  'launch-template-name': (template) => template.name,
}
