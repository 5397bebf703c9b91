// Tags of REST APIs and stages, by ARN.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-restrictions.html

import type {
  GetTagsRequest,
  TagResourceRequest,
  Tags as TagsOutput,
  UntagResourceRequest,
} from '@aws-sdk/client-api-gateway'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest } from './errors.ts'
import { requireRestApi, requireStage } from './find.ts'

const MOST_TAGS = 50
const ARN = /^arn:aws:apigateway:(?<region>[a-z0-9-]*)::\/restapis\/(?<api>[a-z0-9]+)(?:\/stages\/(?<stage>[^/]+))?$/

export function getTags(records: Records, caller: Caller, input: GetTagsRequest): TagsOutput {
  return { tags: requireTagged(records, caller, input.resourceArn).tags }
}

export function tagResource(tx: Tx, caller: Caller, input: TagResourceRequest): Record<string, never> {
  const tagged = requireTagged(tx, caller, input.resourceArn)
  setTags(tx, tagged, requireTags({ ...tagged.tags, ...input.tags }))
  return {}
}

export function untagResource(tx: Tx, caller: Caller, input: UntagResourceRequest): Record<string, never> {
  const tagged = requireTagged(tx, caller, input.resourceArn)
  const gone = new Set(input.tagKeys)
  setTags(tx, tagged, Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))))
  return {}
}

/** Tags that AWS would take. */
export function requireTags(tags: Tags = {}): Tags {
  const entries = Object.entries(tags)
  if (entries.length > MOST_TAGS) throw badRequest(`A resource can have at most ${MOST_TAGS} tags`)
  for (const [key, value] of entries) {
    if (key === '' || key.length > 128) throw badRequest('Tag keys must have between 1 and 128 characters')
    if (key.toLowerCase().startsWith('aws:')) throw badRequest('Tag keys must not begin with aws:')
    if (value.length > 256) throw badRequest(`The value of tag ${key} has more than 256 characters`)
  }
  return tags
}

interface Tagged {
  readonly table: 'restApis' | 'restApiStages'
  readonly id: string
  readonly tags: Tags
}

function requireTagged(records: Records, caller: Caller, arn = ''): Tagged {
  const { region, api: apiId, stage: stageName } = ARN.exec(arn)?.groups ?? {}
  if (!apiId || region !== caller.region) throw badRequest('Invalid ARN specified in the request')
  const api = requireRestApi(records, caller, apiId)
  if (stageName === undefined) return { table: 'restApis', id: api.id, tags: api.tags }
  const stage = requireStage(records, api.id, stageName)
  return { table: 'restApiStages', id: stage.id, tags: stage.tags }
}

function setTags(tx: Tx, { table, id }: Tagged, tags: Tags): void {
  tx[table].update(id, { tags })
}
