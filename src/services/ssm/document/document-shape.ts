// A document as AWS shows it.

import { createHash } from 'node:crypto'
import type { DocumentDescription, DocumentIdentifier, DocumentParameter as ParameterShape } from '@aws-sdk/client-ssm'
import { tagShapes } from '../resource-tags.ts'
import { type DocumentContent, type DocumentParameter, parseDocumentContent } from './document-content.ts'
import type { FoundDocument } from './find-document.ts'

export function descriptionOf(found: FoundDocument): DocumentDescription {
  const content = contentOf(found)
  const { version } = found
  return {
    Hash: createHash('sha256').update(version.content).digest('hex'),
    HashType: 'Sha256',
    Name: found.name,
    ...named(found),
    Owner: found.owner,
    CreatedDate: new Date(version.createdAt),
    Status: 'Active',
    DocumentVersion: version.version,
    Description: content.description,
    Parameters: content.parameters.map(parameterShape),
    PlatformTypes: ['Linux', 'MacOS'],
    DocumentType: typeOf(found),
    SchemaVersion: content.schemaVersion,
    LatestVersion: found.latestVersion,
    DefaultVersion: found.defaultVersion,
    DocumentFormat: 'JSON',
    ...(found.record?.targetType !== undefined && { TargetType: found.record.targetType }),
    Tags: tagShapes(found.record?.tags ?? {}),
  }
}

export function identifierOf(found: FoundDocument): DocumentIdentifier {
  const { version, record } = found
  return {
    Name: found.name,
    CreatedDate: new Date(version.createdAt),
    ...named(found),
    Owner: found.owner,
    PlatformTypes: ['Linux', 'MacOS'],
    DocumentVersion: version.version,
    DocumentType: typeOf(found),
    SchemaVersion: contentOf(found).schemaVersion,
    DocumentFormat: 'JSON',
    ...(record?.targetType !== undefined && { TargetType: record.targetType }),
    Tags: tagShapes(record?.tags ?? {}),
  }
}

export function typeOf({ documentType }: FoundDocument): 'Command' | 'Session' {
  return documentType === 'Session' ? documentType : 'Command'
}

function named({ version: { versionName, displayName } }: FoundDocument): Partial<DocumentIdentifier> {
  return {
    ...(versionName !== undefined && { VersionName: versionName }),
    ...(displayName !== undefined && { DisplayName: displayName }),
  }
}

function contentOf({ version, documentType }: FoundDocument): DocumentContent {
  return parseDocumentContent(version.content, documentType)
}

function parameterShape({ name, type, description, default: values }: DocumentParameter): ParameterShape {
  return {
    Name: name,
    Type: type === 'StringList' ? 'StringList' : 'String',
    ...(description !== undefined && { Description: description }),
    ...(values && { DefaultValue: values.join(',') }),
  }
}
