// What a query log tells of one question and its answer. It is read off the bytes that went out, so it is the same for what
// was kept, asked elsewhere, or made here.

import { decode } from 'dns-packet'
import type { VpcNetwork } from '../compile/network.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import { firewallRuleFor } from './firewall.ts'
import { decodeQuery } from './message.ts'

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html */
export interface LoggedQuery {
  readonly vpc: VpcNetwork
  readonly interfaceId: NetworkInterfaceId
  readonly sourcePort: number
  readonly transport: 'UDP' | 'TCP'
  /** With the final dot. */
  readonly name: string
  readonly type: string
  readonly code: string
  readonly answers: readonly { readonly Rdata: string; readonly Type: string; readonly Class: 'IN' }[]
  readonly firewall?: {
    readonly ruleGroupId: string
    readonly domainListId: string
    readonly action: 'ALLOW' | 'BLOCK' | 'ALERT'
  }
}

export type QueryListener = (query: LoggedQuery) => void

/** Undefined for what is no question. */
export function readQuery(
  asked: Pick<LoggedQuery, 'vpc' | 'interfaceId' | 'sourcePort' | 'transport'>,
  message: Buffer,
  response: Buffer,
): LoggedQuery | undefined {
  const question = decodeQuery(message)?.question
  if (!question) return undefined
  const rule = firewallRuleFor(asked.vpc, question)
  const [ruleGroupId = ''] = rule?.by.split(' ') ?? []
  return {
    ...asked,
    name: `${question.name}.`,
    type: question.type,
    ...readResponse(response),
    ...(rule && { firewall: { ruleGroupId, domainListId: rule.domainListId, action: rule.action } }),
  }
}

const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** One of somebody else's that cannot be read has no answers. */
function readResponse(response: Buffer): Pick<LoggedQuery, 'code' | 'answers'> {
  const code = CODES[(response[3] ?? 0) & 0xf] ?? 'SERVFAIL'
  try {
    const { answers = [] } = decode(response)
    return {
      code,
      answers: answers.flatMap((one) =>
        'data' in one ? [{ Rdata: dataText(one.data), Type: one.type, Class: 'IN' }] : [],
      ),
    }
  } catch {
    return { code, answers: [] }
  }
}

function dataText(data: unknown): string {
  if (typeof data === 'string') return data
  if (Buffer.isBuffer(data)) return data.toString()
  if (Array.isArray(data)) return data.map((part) => `"${dataText(part)}"`).join(' ')
  return typeof data === 'object' && data !== null ? Object.values(data).map(String).join(' ') : String(data)
}
