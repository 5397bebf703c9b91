// Documents of the user's own: made, changed in versions, deleted.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html

import type {
  CreateDocumentRequest,
  DeleteDocumentRequest,
  UpdateDocumentDefaultVersionRequest,
  UpdateDocumentRequest,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmAssociation, SsmDocument, SsmDocumentVersion } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { inForce } from '../association/association-runs.ts'
import { requireTags } from '../resource-tags.ts'
import { callerOf, ownId, type Ssm, type SsmRows, write } from '../ssm.ts'
import { parseDocumentContent } from './document-content.ts'
import { descriptionOf } from './document-shape.ts'
import { asksOnDocument, documentName, requireDocument } from './find-document.ts'

type Named = Readonly<{ Name?: string | undefined }>

/** The call's action on the document that it names. */
export const onDocument = (ssm: Ssm, { Name = '' }: Named, call: Call) => [
  asksOnDocument(ssm.store.records, call, Name),
]

export const documentOperations: SsmRows = {
  CreateDocument: { run: createDocument, asks: onDocument },
  DeleteDocument: { run: deleteDocument, asks: onDocument },
  UpdateDocument: { run: updateDocument, asks: onDocument },
  UpdateDocumentDefaultVersion: { run: updateDocumentDefaultVersion, asks: onDocument },
}

const MOST_DOCUMENTS = 500
/** AWS keeps 1,000; all versions of a document are one record here. */
const MOST_VERSIONS = 100
const SERVED_TYPES = ['Command', 'Session']

async function createDocument(ssm: Ssm, input: CreateDocumentRequest, call: Call): Promise<object> {
  const { Name: name = '', DocumentType: documentType = 'Command' } = input
  requireName(name)
  refuseUnserved(input)
  if (!SERVED_TYPES.includes(documentType)) {
    throw new ApiError(
      'InvalidDocumentContent',
      `Postern serves documents of type Command and Session, not ${documentType}.`,
    )
  }
  const tags = requireTags(input.Tags ?? [])
  const version = newVersion('1', input, documentType, call)
  const id = ownId(call, name)
  const { account: owner } = callerOf(call)
  await write(ssm, (tx) => {
    if (tx.ssmDocuments.has(id)) throw new ApiError('DocumentAlreadyExists', 'The specified document already exists.')
    if (tx.ssmDocuments.where('owner', owner).length >= MOST_DOCUMENTS) {
      throw new ApiError('DocumentLimitExceeded', `You can have at most ${MOST_DOCUMENTS} active documents.`)
    }
    tx.ssmDocuments.insert({
      ...{ id, owner, region: call.region, name, documentType, tags, defaultVersion: '1', versions: [version] },
      ...(input.TargetType !== undefined && { targetType: input.TargetType }),
    })
  })
  return { DocumentDescription: descriptionOf(requireDocument(ssm.store.records, call, name)) }
}

async function updateDocument(ssm: Ssm, input: UpdateDocumentRequest, call: Call): Promise<object> {
  const name = documentName(input.Name ?? '')
  refuseUnserved(input)
  const made = await write(ssm, (tx) => {
    const document = requireOwn(tx, call, name)
    const latest = document.versions.at(-1)?.version ?? '0'
    if (![latest, '$LATEST', undefined].includes(input.DocumentVersion)) {
      throw new ApiError('InvalidDocumentVersion', 'The document version is not valid or does not exist.')
    }
    const version = newVersion(String(Number(latest) + 1), input, document.documentType, call)
    requireNew(document, version)
    tx.ssmDocuments.update(document.id, {
      versions: [...document.versions, version],
      ...(input.TargetType !== undefined && { targetType: input.TargetType }),
    })
    return version.version
  })
  return { DocumentDescription: descriptionOf(requireDocument(ssm.store.records, call, name, made)) }
}

async function updateDocumentDefaultVersion(
  ssm: Ssm,
  input: UpdateDocumentDefaultVersionRequest,
  call: Call,
): Promise<object> {
  return write(ssm, (tx) => {
    const document = requireOwn(tx, call, documentName(input.Name ?? ''))
    const version = document.versions.find((one) => one.version === input.DocumentVersion)
    if (!version) throw new ApiError('InvalidDocumentVersion', 'The document version is not valid or does not exist.')
    tx.ssmDocuments.update(document.id, { defaultVersion: version.version })
    const { versionName } = version
    const named = versionName === undefined ? {} : { DefaultVersionName: versionName }
    return { Description: { Name: document.name, DefaultVersion: version.version, ...named } }
  })
}

async function deleteDocument(ssm: Ssm, input: DeleteDocumentRequest, call: Call): Promise<object> {
  const { DocumentVersion: number, VersionName: versionName } = input
  await write(ssm, (tx) => {
    const document = requireOwn(tx, call, documentName(input.Name ?? ''))
    if (number === undefined && versionName === undefined) {
      refuseAssociated(tx, document)
      return tx.ssmDocuments.delete(document.id)
    }
    const version = document.versions.find((one) =>
      number === undefined ? one.versionName === versionName : one.version === number,
    )
    if (!version) throw new ApiError('InvalidDocumentVersion', 'The document version is not valid or does not exist.')
    if (version.version === document.defaultVersion) {
      throw new ApiError('InvalidDocumentOperation', 'Default version of the document cannot be deleted.')
    }
    tx.ssmDocuments.update(document.id, { versions: document.versions.filter((one) => one !== version) })
  })
  return {}
}

/** Throws AssociatedInstances. */
function refuseAssociated(tx: Tx, { owner, region, name }: SsmDocument): void {
  const isOf = (one: SsmAssociation) => one.region === region && documentName(inForce(one).documentName) === name
  if (!tx.ssmAssociations.where('owner', owner).some(isOf)) return
  throw new ApiError(
    'AssociatedInstances',
    'You must disassociate a document from all managed nodes before you can delete it.',
  )
}

function newVersion(
  version: string,
  input: CreateDocumentRequest | UpdateDocumentRequest,
  documentType: string,
  call: Call,
): SsmDocumentVersion {
  const content = input.Content ?? ''
  parseDocumentContent(content, documentType)
  return {
    version,
    content,
    createdAt: call.now.toISOString(),
    ...(input.VersionName !== undefined && { versionName: input.VersionName }),
    ...(input.DisplayName !== undefined && { displayName: input.DisplayName }),
  }
}

function requireNew({ versions }: SsmDocument, { content, versionName }: SsmDocumentVersion): void {
  if (versions.some((one) => one.content === content)) {
    throw new ApiError(
      'DuplicateDocumentContent',
      'The content of the association document matches another document. Change the content of the document and try again.',
    )
  }
  if (versionName !== undefined && versions.some((one) => one.versionName === versionName)) {
    throw new ApiError('DuplicateDocumentVersionName', 'The version name has already been used in this document.')
  }
  if (versions.length >= MOST_VERSIONS) {
    throw new ApiError('DocumentVersionLimitExceeded', `The document has too many versions: ${MOST_VERSIONS}.`)
  }
}

/** AWS's documents cannot be changed. */
function requireOwn(tx: Tx, call: Call, name: string): SsmDocument {
  const found = tx.ssmDocuments.get(ownId(call, name))
  if (found) return found
  throw new ApiError('InvalidDocument', `Document with name ${name} does not exist or is not yours.`)
}

function requireName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]{3,128}$/.test(name)) {
    throw new ApiError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$`,
    )
  }
  if (/^(?:aws|amazon|amzn)/i.test(name)) {
    throw new ApiError(
      'ValidationException',
      `Document name ${name} begins with a prefix that is reserved: aws, amazon or amzn.`,
    )
  }
}

function refuseUnserved({
  DocumentFormat,
  Attachments,
  ...input
}: CreateDocumentRequest | UpdateDocumentRequest): void {
  if (DocumentFormat !== undefined && DocumentFormat !== 'JSON') {
    throw new ApiError('InvalidDocumentContent', `Postern reads documents in JSON only, not in ${DocumentFormat}.`)
  }
  if ((Attachments ?? []).length > 0)
    throw new ApiError('ValidationException', 'Postern does not serve Attachments yet.')
  if ('Requires' in input && input.Requires && input.Requires.length > 0) {
    throw new ApiError('ValidationException', 'Postern does not serve Requires yet.')
  }
}
