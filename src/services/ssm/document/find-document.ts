// A document by its name or ARN and version: the caller's own before AWS's of the same name.

import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { SsmDocument, SsmDocumentVersion } from '../../../store/ssm-records.ts'
import type { Records } from '../../../store/store.ts'
import { type Asker, asks, callerOf, ownId, ssmArn, tagKeys } from '../ssm.ts'
import { AWS_DOCUMENTS, type AwsDocument, DEFAULT_SESSION } from './aws-documents.ts'

/** One version of a document, whoever's it is. */
export interface FoundDocument {
  readonly name: string
  /** `Amazon`, or an account. */
  readonly owner: string
  readonly documentType: string
  readonly version: SsmDocumentVersion
  readonly defaultVersion: string
  readonly latestVersion: string
  /** Absent: AWS's. */
  readonly record?: SsmDocument
}

/** When AWS's documents were made; it is shown and means nothing. */
const AWS_CREATED = '2018-07-12T00:00:00.000Z'

/** Throws InvalidDocument or InvalidDocumentVersion. */
export function requireDocument(
  records: Pick<Records, 'ssmDocuments'>,
  call: Asker,
  nameOrArn: string,
  version?: string,
): FoundDocument {
  const found = findDocument(records, call, nameOrArn, version)
  if (found) return found
  throw new ApiError('InvalidDocument', `Document with name ${documentName(nameOrArn)} does not exist.`)
}

export function findDocument(
  records: Pick<Records, 'ssmDocuments'>,
  call: Asker,
  nameOrArn: string,
  version = '$DEFAULT',
): FoundDocument | undefined {
  const name = documentName(nameOrArn)
  const record = records.ssmDocuments.get(ownId(call, name))
  if (record) return versionOf(record, version)
  const aws = AWS_DOCUMENTS.find((one) => one.name === name)
  if (!aws) return undefined
  if (!['$DEFAULT', '$LATEST', '', '1'].includes(version)) throw noSuchVersion(name, version)
  return awsDocument(aws)
}

/** The document of a session, where the caller names none or the one that stands for none. */
export function defaultSessionDocument(records: Pick<Records, 'ssmDocuments'>, call: Call): FoundDocument {
  return findDocument(records, call, DEFAULT_SESSION.name) ?? awsDocument(DEFAULT_SESSION)
}

function awsDocument(aws: AwsDocument): FoundDocument {
  return {
    ...aws,
    owner: 'Amazon',
    version: { version: '1', content: aws.content, createdAt: AWS_CREATED },
    defaultVersion: '1',
    latestVersion: '1',
  }
}

function versionOf(record: SsmDocument, version: string): FoundDocument {
  const latestVersion = record.versions.at(-1)?.version ?? '1'
  const wanted =
    version === '$LATEST' ? latestVersion : version === '$DEFAULT' || version === '' ? record.defaultVersion : version
  const found = record.versions.find((one) => one.version === wanted || one.versionName === wanted)
  if (!found) throw noSuchVersion(record.name, version)
  const { name, owner, documentType, defaultVersion } = record
  return { name, owner, documentType, version: found, defaultVersion, latestVersion, record }
}

function noSuchVersion(name: string, version: string): ApiError {
  return new ApiError(
    'InvalidDocumentVersion',
    `Document version ${version} of ${name} is not valid or does not exist.`,
  )
}

/** `name` of `arn:aws:ssm:REGION:ACCOUNT:document/name`, or the name itself. */
export function documentName(nameOrArn: string): string {
  return /^arn:aws[a-z-]*:ssm:[a-z0-9-]*:\d*:document\/(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn
}

/** The call's action on the document: AWS's have no account in their ARN. */
export function asksOnDocument(records: Pick<Records, 'ssmDocuments'>, call: Call, nameOrArn: string): Authorisation {
  const name = documentName(nameOrArn)
  const record = records.ssmDocuments.get(ownId(call, name))
  const isAws = !record && AWS_DOCUMENTS.some((one) => one.name === name) && name.startsWith('AWS-')
  const arn = isAws ? `arn:aws:ssm:${call.region}::document/${name}` : ssmArn(call, `document/${name}`)
  return { ...asks(call, arn, tagKeys(record?.tags ?? {})), resourceAccount: callerOf(call).account }
}
