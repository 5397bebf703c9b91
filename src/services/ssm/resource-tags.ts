// Tags of parameters, documents and associations.

import type {
  AddTagsToResourceRequest,
  ListTagsForResourceRequest,
  RemoveTagsFromResourceRequest,
  Tag,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import { documentName } from './document/find-document.ts'
import { parameterResource, parseReference } from './parameter/parameter-name.ts'
import { asks, callerOf, ownId, type Ssm, type SsmRows, ssmArn, tagKeys, write } from './ssm.ts'

export const tagOperations: SsmRows = {
  AddTagsToResource: { run: addTagsToResource, asks: asksOnResource },
  ListTagsForResource: { run: listTagsForResource, asks: asksOnResource },
  RemoveTagsFromResource: { run: removeTagsFromResource, asks: asksOnResource },
}

const MOST_TAGS = 50

type Tagged = Readonly<{ ResourceType?: string | undefined; ResourceId?: string | undefined }>
type TagTables = Pick<Records, 'ssmParameters' | 'ssmDocuments' | 'ssmAssociations'>

/** Tags as they are kept; throws ValidationException. */
export function requireTags(tags: readonly Tag[]): Tags {
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '' || Key.length > 128 || Value.length > 256) {
      throw new ApiError('ValidationException', 'A tag has a key of 1 to 128 characters and a value of at most 256.')
    }
    if (/^aws:/i.test(Key))
      throw new ApiError('ValidationException', `The tag key ${Key} begins with aws:, which is reserved.`)
  }
  const kept = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
  if (Object.keys(kept).length < tags.length) throw new ApiError('ValidationException', 'A tag key is there twice.')
  if (tags.length > MOST_TAGS) throw tooMany()
  return kept
}

export function tagShapes(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

async function addTagsToResource(ssm: Ssm, input: AddTagsToResourceRequest, call: Call): Promise<object> {
  const added = requireTags(input.Tags ?? [])
  await write(ssm, (tx) => change(tx, input, call, (tags) => ({ ...tags, ...added })))
  return {}
}

async function removeTagsFromResource(ssm: Ssm, input: RemoveTagsFromResourceRequest, call: Call): Promise<object> {
  const gone = new Set(input.TagKeys ?? [])
  const left = (tags: Tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)))
  await write(ssm, (tx) => change(tx, input, call, left))
  return {}
}

function listTagsForResource({ store }: Ssm, input: ListTagsForResourceRequest, call: Call): object {
  return { TagList: tagShapes(requireTagged(store.records, input, call).record.tags) }
}

function change(tx: Tx, input: Tagged, call: Call, to: (tags: Tags) => Tags): void {
  const { kind, record } = requireTagged(tx, input, call)
  const tags = to(record.tags)
  if (Object.keys(tags).length > MOST_TAGS) throw tooMany()
  if (kind === 'Parameter') tx.ssmParameters.update(record.id, { tags })
  else if (kind === 'Document') tx.ssmDocuments.update(record.id, { tags })
  else tx.ssmAssociations.update(record.id, { tags })
}

/** Throws InvalidResourceType or InvalidResourceId. */
function requireTagged(records: TagTables, { ResourceType, ResourceId = '' }: Tagged, call: Call) {
  if (ResourceType !== 'Parameter' && ResourceType !== 'Document' && ResourceType !== 'Association') {
    throw new ApiError(
      'InvalidResourceType',
      `The resource type '${ResourceType}' is not valid: Postern tags Parameter, Document and Association.`,
    )
  }
  const record = findTagged(records, ResourceType, ResourceId, call)
  if (record) return { kind: ResourceType, record } as const
  throw new ApiError(
    'InvalidResourceId',
    'The resource ID is not valid. Verify that you entered the correct ID and try again.',
  )
}

function findTagged(records: TagTables, ResourceType: string | undefined, ResourceId: string, call: Call) {
  if (ResourceType === 'Parameter') return records.ssmParameters.get(ownId(call, parseReference(ResourceId).name))
  if (ResourceType === 'Document') return records.ssmDocuments.get(ownId(call, documentName(ResourceId)))
  const association = records.ssmAssociations.get(ResourceId)
  return association?.owner === callerOf(call).account && association.region === call.region ? association : undefined
}

function asksOnResource({ store }: Ssm, { ResourceType, ResourceId = '' }: Tagged, call: Call) {
  const isParameter = ResourceType === 'Parameter'
  const id = isParameter ? parseReference(ResourceId).name : documentName(ResourceId)
  const tags = findTagged(store.records, ResourceType, ResourceId, call)?.tags ?? {}
  const resource = isParameter ? parameterResource(id) : `${(ResourceType ?? '*').toLowerCase()}/${id}`
  return [asks(call, ssmArn(call, resource), tagKeys(tags))]
}

function tooMany(): ApiError {
  return new ApiError('TooManyTagsError', `The resource has more than ${MOST_TAGS} tags.`)
}
