// Launch templates and their versions as EC2 shows them.

import type { LaunchTemplate as TemplateOutput, LaunchTemplateVersion as VersionOutput } from '@aws-sdk/client-ec2'
import type { LaunchTemplate, LaunchTemplateVersion } from '../../../store/launch-template-records.ts'
import { tagList } from '../request/tags.ts'

export function toLaunchTemplate(template: LaunchTemplate): TemplateOutput {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.latestVersion,
    Operator: { Managed: false },
    Tags: tagList(template.tags),
  }
}

export function toVersion(template: LaunchTemplate, version: LaunchTemplateVersion): VersionOutput {
  const { Operator: _, ...parameters } = version.parameters
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    ...(version.description !== '' && { VersionDescription: version.description }),
    CreateTime: new Date(version.createdAt),
    CreatedBy: version.createdBy,
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: parameters,
    Operator: { Managed: false },
  }
}
