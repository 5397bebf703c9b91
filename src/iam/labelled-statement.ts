// A resource's policy by labels: AddPermission of SQS and SNS puts a statement with a Sid into it, and RemovePermission
// takes it out.

export interface LabelledStatement {
  readonly label: string
  readonly accounts: readonly string[]
  /** `SQS:SendMessage` */
  readonly actions: readonly string[]
  readonly resource: string
}

interface PolicyShape {
  readonly Statement: readonly { readonly Sid?: unknown }[]
}

/** The document with one statement more; undefined when it has one of that label. `id` names a new document. */
export function addStatement(
  document: string | undefined,
  id: string,
  { label, accounts, actions, resource }: LabelledStatement,
): string | undefined {
  const policy = document === undefined ? { Version: '2012-10-17', Id: id, Statement: [] } : read(document)
  if (policy.Statement.some(({ Sid }) => Sid === label)) return undefined
  const roots = accounts.map((account) => `arn:aws:iam::${account}:root`)
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(roots) },
    Action: oneOrAll(actions),
    Resource: resource,
  }
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] })
}

/** The document without the statement, empty when nothing else was in it; undefined when there is none of that label. */
export function removeStatement(document: string | undefined, label: string): string | undefined {
  const policy = document === undefined ? undefined : read(document)
  const kept = policy?.Statement.filter(({ Sid }) => Sid !== label)
  if (!policy || !kept || kept.length === policy.Statement.length) return undefined
  return kept.length === 0 ? '' : JSON.stringify({ ...policy, Statement: kept })
}

/** A document that was checked when it was put: one statement may stand without its list. */
function read(document: string): PolicyShape {
  const policy: { readonly Statement?: unknown } = JSON.parse(document)
  const { Statement: statement } = policy
  return { ...policy, Statement: Array.isArray(statement) ? statement : [statement] }
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [first = ''] = values
  return values.length === 1 ? first : values
}
