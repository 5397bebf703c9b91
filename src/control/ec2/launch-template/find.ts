// Finds a launch template, and a version of it, that a call names: by id or by name, by number, `$Latest` or `$Default`.

import { ApiError, missingParameter } from '../../../errors.ts'
import type { LaunchTemplate, LaunchTemplateVersion } from '../../../store/launch-template-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import type { Place } from '../request/owned.ts'
import { findAll, requireOwned } from '../request/require.ts'

/** How calls name a template: one of the two. */
export interface NamedTemplate {
  readonly LaunchTemplateId?: string | undefined
  readonly LaunchTemplateName?: string | undefined
}

export function requireLaunchTemplate(records: Records, caller: Caller, named: NamedTemplate): LaunchTemplate {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = named
  if (id && name) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameters LaunchTemplateId and LaunchTemplateName cannot be used together; use one of them.',
    )
  }
  if (id) return requireOwned(records.launchTemplates, caller, 'LaunchTemplate', id)
  if (!name) throw missingParameter('launchTemplateId or launchTemplateName')
  const template = findLaunchTemplateNamed(records, caller, name)
  if (!template) {
    throw new ApiError(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    )
  }
  return template
}

export function findLaunchTemplateNamed(
  records: Records,
  { account, region }: Pick<Place, 'account' | 'region'>,
  name: string,
): LaunchTemplate | undefined {
  return records.launchTemplates.where('owner', account).find((one) => one.region === region && one.name === name)
}

/** `version` is a number, `$Latest` or `$Default`, which is also what nothing means. */
export function requireVersion(
  records: Records,
  template: LaunchTemplate,
  version: string | undefined,
): LaunchTemplateVersion {
  const found = records.launchTemplateVersions.get(`${template.id}/${versionNumber(template, version)}`)
  if (!found) {
    throw new ApiError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    )
  }
  return found
}

export function versionNumber(template: LaunchTemplate, version: string | undefined): number {
  if (version === undefined || version === '' || version === '$Default') return template.defaultVersion
  if (version === '$Latest') return template.latestVersion
  if (!/^[1-9][0-9]{0,8}$/.test(version)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Value (${version}) for parameter version is invalid. Use a version's number, $Latest or $Default.`,
    )
  }
  return Number(version)
}

/** By number, those that are still there. */
export function versionsOf(records: Records, template: LaunchTemplate): readonly LaunchTemplateVersion[] {
  return records.launchTemplateVersions.where('launchTemplateId', template.id).toSorted((a, b) => a.number - b.number)
}

export function ownLaunchTemplates(records: Records, caller: Caller): readonly LaunchTemplate[] {
  return findAll(records.launchTemplates, caller)
}

/** The ARN of who calls, as templates keep it. */
export function callerArn({ principal }: Caller): string {
  return principal.kind === 'anonymous' ? '' : principal.arn
}
