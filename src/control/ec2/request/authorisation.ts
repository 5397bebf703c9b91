// What an EC2 call asks the policies: its action on each resource that it names or makes, and ec2:CreateTags on what it
// makes with tags.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html

import { type Ec2ActionResource, ec2ActionResources, ec2ResourceArn } from '../../../catalogue/ec2-actions.ts'
import type { Authorisation } from '../../../iam/request.ts'
import { requestTagKeys } from '../../../iam/request-tags.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { type Input, isObject, type NamedResources, namedResources, type Where } from './named-resources.ts'
import { newResourceKeys, requestedKeys, resourceFacts } from './resource-keys.ts'

interface Ask {
  readonly records: Records
  readonly where: Where
  readonly operation: string
  readonly input: Input
  readonly named: NamedResources
  /** Those that the call names by itself, not its launch template. */
  readonly own: NamedResources
}

type Keys = Record<string, string | readonly string[]>

/** One question for each resource; a single one on `*` for an action that has none, as lists do. `own` is the input as
 * it was sent, when a launch template added to it. */
export function ec2Authorisations(
  records: Records,
  where: Where,
  operation: string,
  input: Input,
  own = input,
): Authorisation[] {
  const resources = ec2ActionResources(operation)
  const about = { resourceAccount: where.account, action: `ec2:${operation}` }
  const anything = { ...about, resource: '*', keys: { 'ec2:region': where.region } }
  if (resources.length === 0) return [anything]
  const named = namedResources(records, where, operation, input)
  const ask = {
    records,
    where,
    operation,
    input,
    named,
    own: own === input ? named : namedResources(records, where, operation, own),
  }
  const questions = resources.flatMap((resource) =>
    idsOf(ask, resource).map((id) => ({
      ...about,
      resource: ec2ResourceArn(resource.type, id, where.region, accountOf(ask, resource.type, id)),
      keys: keysOf(ask, resource, id),
    })),
  )
  return [...(questions.length > 0 ? questions : [anything]), ...taggingQuestions(ask, resources)]
}

/** A subnet that is shared keeps the ARN of its owner's. */
function accountOf({ records, where }: Ask, type: string, id: string): AccountId {
  return (type === 'subnet' ? records.subnets.get(id)?.owner : undefined) ?? where.account
}

/** `*` for a new one, unless the call brings one that is there: an interface to a launch. */
function idsOf({ named, operation, input }: Ask, { type, isMade, isRequired }: Ec2ActionResource): readonly string[] {
  const ids = [...(named.get(type) ?? [])]
  if (ids.length > 0 || !isMade) return ids
  // A launch always makes a volume. A rule of a group is asked about only when it gets tags.
  return isRequired || operation === 'RunInstances' || hasTags(input, type) ? ['*'] : []
}

function keysOf(ask: Ask, { type, isMade, keys: known }: Ec2ActionResource, id: string): Keys {
  const { records, where, operation, input, named } = ask
  const keys: Keys = { 'ec2:region': where.region }
  const present = id === '*' ? undefined : resourceFacts({ records, where }, type, id)
  const facts =
    id === '*'
      ? newResourceKeys({ records, where }, type, input, named)
      : { ...present?.keys, ...requestedKeys(type, input) }
  for (const [key, value] of Object.entries(facts)) {
    if (value !== undefined && known.has(key)) keys[key] = typeof value === 'object' ? value : String(value)
  }
  for (const [tag, value] of Object.entries(present?.tags ?? {})) {
    for (const key of ['aws:resourcetag', 'ec2:resourcetag']) {
      if (known.has(key)) keys[`${key}/${tag.toLowerCase()}`] = value
    }
  }
  if (known.has('ec2:launchtemplate')) Object.assign(keys, templateKeys(ask, type, id))
  if (type === 'key-pair') keys['ec2:keypairname'] = id
  if (known.has('aws:requesttag')) Object.assign(keys, requestTagKeys(isMade ? tagsOf(input, type) : input.Tags))
  else if (operation === 'DeleteTags')
    Object.assign(keys, { 'aws:tagkeys': requestTagKeys(input.Tags)['aws:tagkeys'] ?? [] })
  const attributes = known.has('ec2:attribute') ? changedAttributes(input) : []
  if (attributes.length > 0) keys['ec2:attribute'] = attributes.map(([name]) => name)
  for (const [name, value] of attributes) keys[`ec2:attribute/${name.toLowerCase()}`] = value
  return keys
}

/** Of a launch with a template: which one, and whether the resource is the template's and not the call's own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html */
function templateKeys({ where, named, own }: Ask, type: string, id: string): Keys {
  const [template] = named.get('launch-template') ?? []
  if (template === undefined) return {}
  return {
    'ec2:launchtemplate': ec2ResourceArn('launch-template', template, where.region, where.account),
    'ec2:islaunchtemplateresource': String(!own.get(type)?.has(id)),
  }
}

/** Tags in a call that makes something need the right to tag it, beside the right to make it. */
function taggingQuestions({ where, operation, input }: Ask, resources: readonly Ec2ActionResource[]): Authorisation[] {
  return resources
    .filter(({ type, isMade }) => isMade && hasTags(input, type))
    .map(({ type }) => ({
      action: 'ec2:CreateTags',
      resource: ec2ResourceArn(type, '*', where.region, where.account),
      resourceAccount: where.account,
      keys: { 'ec2:region': where.region, 'ec2:createaction': operation, ...requestTagKeys(tagsOf(input, type)) },
    }))
}

function hasTags(input: Input, type: string): boolean {
  return tagsOf(input, type).length > 0
}

function tagsOf({ TagSpecifications: specifications }: Input, type: string): unknown[] {
  if (!Array.isArray(specifications)) return []
  return specifications.flatMap((one) => (isObject(one) && one.ResourceType === type ? tagList(one.Tags) : []))
}

function tagList(tags: unknown): unknown[] {
  return Array.isArray(tags) ? tags : []
}

/** What a Modify call sets, by the parameter's name: `EnableDnsSupport` to `true`. */
function changedAttributes(input: Input): (readonly [name: string, value: string])[] {
  return Object.entries(input).flatMap(([name, given]): (readonly [string, string])[] => {
    const value = isObject(given) ? given.Value : given
    if (/^DryRun$|Ids?$/.test(name) || value === undefined || typeof value === 'object') return []
    return [[name, String(value)]]
  })
}
