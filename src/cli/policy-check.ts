// `postern policy check`: a document, or the policy that is in force at an endpoint, validated and linted.

import { checkPolicy, guessKind } from '../advise/check-policy.ts'
import { endpointSubject } from '../advise/endpoint-subject.ts'
import type { Finding, Subject } from '../advise/finding.ts'
import type { PolicyKind } from '../iam/request.ts'
import { askDaemon, CliError, findDaemon } from './daemon-client.ts'
import { readText } from './policy-eval.ts'

export interface PolicyCheckOptions {
  readonly kind?: string
  readonly service?: string
  readonly type?: string
  readonly json?: boolean
  readonly data?: string
}

interface Checked {
  readonly name: string
  readonly text: string
  readonly subject: Subject
  /** Nobody said what kind of policy it is. */
  readonly isGuessed?: true
}

/** More than any policy may have; a larger file is not read into the checks. */
const FILE_LIMIT = 4 << 20

const KINDS: Readonly<Record<string, PolicyKind>> = {
  endpoint: 'VPC endpoint policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  scp: 'service control policy',
  rcp: 'resource control policy',
}

/** Exit code 0: nothing but notices; 2: warnings; 1: AWS refuses the document. */
export async function policyCheck(what: string, options: PolicyCheckOptions): Promise<void> {
  const checked = /^vpce-/.test(what) ? await inForce(what, options) : inFile(what, options)
  const findings = await checkPolicy(checked.text, checked.subject)
  console.log(options.json ? asJson(checked, findings) : formatFindings(checked, findings))
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 1
  else if (findings.some(({ severity }) => severity === 'warning')) process.exitCode = 2
}

async function inForce(id: string, { data }: PolicyCheckOptions): Promise<Checked> {
  const answer = await askDaemon(findDaemon(data), 'POST', 'policy/endpoint', { id })
  // The daemon is of the same version as this command line: one checkout serves both.
  const { document, endpoint } = answer as { document: string; endpoint: Subject['endpoint'] }
  return { name: id, text: document, subject: { kind: 'VPC endpoint policy', ...(endpoint && { endpoint }) } }
}

function inFile(path: string, { kind, service, type }: PolicyCheckOptions): Checked {
  const text = readText(path)
  if (text.length > FILE_LIMIT) throw new CliError(`${path} has ${text.length} characters: it is no policy`)
  if (kind !== undefined && !KINDS[kind])
    throw new CliError(`--kind ${kind}: it is one of ${Object.keys(KINDS).join(', ')}`)
  const known = service === undefined ? undefined : endpointSubject(service)
  if (service !== undefined && !known) throw new CliError(`--service ${service}: there is no such endpoint service`)
  const endpoint = known || type !== undefined ? { ...known, ...typeOf(type) } : undefined
  const subject = { kind: KINDS[kind ?? ''] ?? guessKind(text), ...(endpoint && { endpoint }) }
  const isGuessed = kind === undefined && !endpoint && subject.kind === 'VPC endpoint policy'
  return { name: path, text, subject, ...(isGuessed && { isGuessed }) }
}

function typeOf(type: string | undefined): { readonly type?: 'Gateway' | 'Interface' } {
  if (type === undefined) return {}
  if (type === 'Gateway' || type === 'Interface') return { type }
  throw new CliError(`--type ${type}: it is Gateway or Interface`)
}

function asJson({ name, subject }: Checked, findings: readonly Finding[]): string {
  const valid = !findings.some(({ severity }) => severity === 'error')
  return JSON.stringify({ policy: name, ...subject, valid, findings }, undefined, 2)
}

/** A block for each finding: its place as compilers write it, what it means, and what to do. */
function formatFindings({ name, subject, isGuessed }: Checked, findings: readonly Finding[]): string {
  const of = subject.endpoint?.serviceName ? ` of ${subject.endpoint.serviceName}` : ''
  const guess = isGuessed ? ' (guessed; a bucket or queue policy is --kind resource)' : ''
  const head = `${name}: ${subject.kind}${of}${guess}`
  const blocks = findings.map(({ severity, rule, path, line, column, why, advice }) =>
    [`${name}:${line}:${column}: ${severity} ${rule} at ${path}`, `  ${why}`, `  > ${advice}`].join('\n'),
  )
  return [head, ...(blocks.length === 0 ? ['nothing found'] : blocks)].join('\n')
}
