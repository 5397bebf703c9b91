// Reading documents: one, its content, its versions, and lists of them. None is shared, so nobody else has permission.

import type {
  DescribeDocumentPermissionRequest,
  DescribeDocumentRequest,
  GetDocumentRequest,
  ListDocumentsRequest,
  ListDocumentVersionsRequest,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { pageOf } from '../pages.ts'
import { callerOf, type Ssm, type SsmRows } from '../ssm.ts'
import { AWS_DOCUMENTS } from './aws-documents.ts'
import { onDocument } from './document.ts'
import { descriptionOf, identifierOf, typeOf } from './document-shape.ts'
import { type FoundDocument, findDocument, requireDocument } from './find-document.ts'

export const describeDocumentOperations: SsmRows = {
  DescribeDocument: { run: describeDocument, asks: onDocument },
  DescribeDocumentPermission: { run: describeDocumentPermission, asks: onDocument },
  GetDocument: { run: getDocument, asks: onDocument },
  ListDocuments: { run: listDocuments },
  ListDocumentVersions: { run: listDocumentVersions, asks: onDocument },
}

function describeDocument({ store }: Ssm, input: DescribeDocumentRequest, call: Call): object {
  const { Name = '', DocumentVersion, VersionName } = input
  return { Document: descriptionOf(requireDocument(store.records, call, Name, VersionName ?? DocumentVersion)) }
}

function getDocument({ store }: Ssm, input: GetDocumentRequest, call: Call): object {
  const { Name = '', DocumentVersion, VersionName, DocumentFormat = 'JSON' } = input
  if (DocumentFormat !== 'JSON') {
    throw new ApiError('ValidationException', `Postern writes documents in JSON only, not in ${DocumentFormat}.`)
  }
  const found = requireDocument(store.records, call, Name, VersionName ?? DocumentVersion)
  const { version } = found
  return {
    Name: found.name,
    CreatedDate: new Date(version.createdAt),
    ...(version.displayName !== undefined && { DisplayName: version.displayName }),
    ...(version.versionName !== undefined && { VersionName: version.versionName }),
    DocumentVersion: version.version,
    Status: 'Active',
    Content: version.content,
    DocumentType: typeOf(found),
    DocumentFormat: 'JSON',
    AttachmentsContent: [],
  }
}

function listDocuments(ssm: Ssm, input: ListDocumentsRequest, call: Call): object {
  const filters = [
    ...(input.Filters ?? []).map(({ Key = '', Values = [] }) => ({ key: Key, values: Values })),
    ...(input.DocumentFilterList ?? []).map(({ key = '', value = '' }) => ({ key, values: [value] })),
  ]
  for (const { key } of filters) {
    if (!KEYS.includes(key) && !key.startsWith('tag:')) {
      throw new ApiError('InvalidFilterKey', `The specified key '${key}' is not valid.`)
    }
  }
  const found = allDocuments(ssm, call).filter((one) =>
    filters.every(({ key, values }) => passes(one, key, values, call)),
  )
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ name }) => name)
  return { DocumentIdentifiers: page.map(identifierOf), ...next }
}

function listDocumentVersions({ store }: Ssm, input: ListDocumentVersionsRequest, call: Call): object {
  const found = requireDocument(store.records, call, input.Name ?? '')
  const versions = found.record?.versions.toReversed() ?? [found.version]
  const { page, ...next } = pageOf(versions, input, { most: 50 }, ({ version }) => version)
  return {
    DocumentVersions: page.map(({ version, versionName, displayName, createdAt }) => ({
      Name: found.name,
      ...(displayName !== undefined && { DisplayName: displayName }),
      DocumentVersion: version,
      ...(versionName !== undefined && { VersionName: versionName }),
      CreatedDate: new Date(createdAt),
      IsDefaultVersion: version === found.defaultVersion,
      DocumentFormat: 'JSON',
      Status: 'Active',
    })),
    ...next,
  }
}

function describeDocumentPermission({ store }: Ssm, input: DescribeDocumentPermissionRequest, call: Call): object {
  if (input.PermissionType !== 'Share') {
    throw new ApiError(
      'InvalidPermissionType',
      'The permission type is not supported. Share is the only supported permission type.',
    )
  }
  requireDocument(store.records, call, input.Name ?? '')
  return { AccountIds: [], AccountSharingInfoList: [] }
}

/** The caller's and AWS's, by name. */
function allDocuments({ store: { records } }: Ssm, call: Call): FoundDocument[] {
  const own = records.ssmDocuments
    .where('owner', callerOf(call).account)
    .filter(({ region }) => region === call.region)
    .map(({ name }) => name)
  const names = new Set([...own, ...AWS_DOCUMENTS.map(({ name }) => name)])
  return [...names].sort().flatMap((name) => findDocument(records, call, name) ?? [])
}

const KEYS = ['Name', 'Owner', 'PlatformTypes', 'DocumentType', 'TargetType', 'SearchKeyword']

function passes(found: FoundDocument, key: string, values: readonly string[], call: Call): boolean {
  const { name, owner, documentType, record } = found
  if (key.startsWith('tag:')) return values.includes(record?.tags[key.slice(4)] ?? '\0')
  switch (key) {
    case 'Name':
      return values.some((value) => name.startsWith(value))
    case 'Owner':
      return values.some((value) => {
        if (value === 'Self' || value === 'Private') return owner === callerOf(call).account
        return value === owner || (value === 'Public' && owner === 'Amazon')
      })
    case 'PlatformTypes':
      return values.some((value) => value === 'Linux' || value === 'MacOS')
    case 'DocumentType':
      return values.includes(documentType)
    case 'TargetType':
      return values.includes(record?.targetType ?? '\0')
    case 'SearchKeyword':
      return values.every((value) => name.toLowerCase().includes(value.toLowerCase()))
    default:
      return false
  }
}
