// Which resource a request to any service names, by the forms of ARN that AWS's reference has for its action: an ARN in the
// request itself, or one made of the names in it.

import { type ActionResource, loadServiceActions, type ServiceAction } from '../../catalogue/service-actions.ts'
import { ApiError } from '../../errors.ts'
import { canMean } from '../../iam/arn-form.ts'
import type { ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { AskedRequest, AskedResource } from './resources.ts'

/** The action of a request in AWS's reference; undefined for a REST request, whose operation is not known. */
export async function findAction(prefix: string, operation: string): Promise<ServiceAction | undefined> {
  return (await loadServiceActions(prefix))?.actions.get(operation.toLowerCase())
}

/** Characters of the longest ARN that AWS makes. */
const LONGEST_ARN = 2_048

/** Empty where the request names none, or not all that an ARN is made of. */
export function namedByForms({ resources }: ServiceAction, asked: AskedRequest): readonly AskedResource[] {
  const texts = Object.values(asked.input)
    .flat()
    .filter((value) => typeof value === 'string')
  const isOne = (arn: string) => resources.some(({ arns }) => arns.some((form) => canMean(arn, form)))
  const written = texts.filter((text) => text.startsWith('arn:') && text.length <= LONGEST_ARN && !/[*?$]/.test(text))
  requireFew(written)
  const arns = written.filter(isOne)
  if (arns.length > 0) return [...new Set(arns)].map((resource) => ({ resource }))
  const required = resources.filter((one) => one.required)
  const made = [...required, ...resources].map((one) => madeOf(one, asked)).find((arn) => arn !== undefined)
  return made === undefined ? [] : [{ resource: made }]
}

function madeOf({ arns }: ActionResource, { input, account, region, operation }: AskedRequest): string | undefined {
  const known: Readonly<Record<string, string>> = { Partition: 'aws', Region: region, Account: account }
  const members = new Map(Object.entries(input).map(([name, value]) => [name.toLowerCase(), value]))
  const sentAs = (name: string) =>
    known[name] ??
    namesOf(name, operation)
      .map((one) => members.get(one))
      .find((value) => typeof value === 'string')
  for (const form of arns) {
    const made = form.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => String(sentAs(name) ?? whole))
    if (!made.includes('${')) return made
  }
  return undefined
}

/** `ClusterName` may be sent as `clusterName` or `cluster`, and as `name` by an operation on clusters. */
function namesOf(placeholder: string, operation: string): readonly string[] {
  const name = placeholder.toLowerCase()
  const bare = name.replace(/(name|id)$/, '')
  const own = operation.toLowerCase().includes(bare) ? [name.slice(bare.length)] : []
  return [name, bare, `${bare}name`, `${bare}id`, `${bare}identifier`, ...own].filter((one) => one !== '')
}

/** The tags that a request brings and those that it takes away, for actions that have keys of them. */
export function tagKeys({ keys: known }: ServiceAction, { input }: AskedRequest): ContextKeys {
  const keys = requestTagKeys(input.Tags ?? input.tags ?? input.TagList, input.TagKeys ?? input.tagKeys)
  const isKnown = (key: string) => known.includes(key === 'aws:tagkeys' ? 'aws:TagKeys' : 'aws:RequestTag/*')
  return Object.fromEntries(Object.entries(keys).filter(([key]) => isKnown(key)))
}

/** Each is a question to every policy, so there is an end to them: more than any service takes in one call. */
const MOST_RESOURCES = 1_000

export function requireFew(resources: readonly unknown[]): void {
  if (resources.length <= MOST_RESOURCES) return
  throw new ApiError('ValidationException', `The request is about more than ${MOST_RESOURCES} resources.`)
}
