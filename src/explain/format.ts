// A Trace as text for a terminal: what was asked, the verdict, and a line for each step with the deciding one marked.

import { formatTraffic, hasPorts } from './packet.ts'
import { shortArn } from './short-arn.ts'
import type { Step, Trace } from './trace.ts'

export interface FormatOptions {
  /** ANSI colours; none unless asked. */
  readonly colour?: boolean
  /** Columns; long sentences go on in the next line, under themselves. */
  readonly width?: number
}

const GREEN = '\u001b[32m'
const RED = '\u001b[31m'
const PLAIN = '\u001b[0m'

export function formatTrace(trace: Trace, options: FormatOptions = {}): string {
  const rows = trace.steps.map(
    (step): TextRow => ({
      decides: step === trace.blockers[0],
      word: step.verdict === 'stop' ? 'STOP' : 'pass',
      stage: stageText(step),
      by: shortArn(step.by),
      why: shortArn(step.why),
    }),
  )
  return [headText(trace), verdictText(trace, painter(options)), '', ...formatRows(rows, options), ''].join('\n')
}

/** One line of the table: who was asked at which stage, and what it said. */
export interface TextRow {
  readonly decides: boolean
  readonly word: 'pass' | 'STOP' | '-'
  readonly stage: string
  readonly by: string
  readonly why: string
}

export function formatRows(rows: readonly TextRow[], options: FormatOptions = {}): string[] {
  const paint = painter(options)
  const columns = columnWidths(rows)
  return rows.flatMap(({ decides, word, stage, by, why }) => {
    const painted = word === '-' ? word.padEnd(4) : paint(word, word === 'STOP' ? RED : GREEN)
    const head = `${decides ? '>' : ' '} ${painted}  ${stage.padEnd(columns.stage)}  ${by.padEnd(columns.by)}  `
    const indent = 2 + 4 + 2 + columns.stage + 2 + columns.by + 2
    const [first = '', ...others] = wrap(why, (options.width ?? 100) - indent)
    return [head + first, ...others.map((line) => ' '.repeat(indent) + line)]
  })
}

function painter({ colour = false }: FormatOptions): (text: string, ansi: string) => string {
  return (text, ansi) => (colour ? `${ansi}${text}${PLAIN}` : text)
}

function headText({ question, flow }: Trace): string {
  const { to, from } = question
  // Of an endpoint service only whether it is there may be asked.
  const traffic =
    to.port === undefined && hasPorts(to.protocol)
      ? ''
      : ` ${formatTraffic({ protocol: to.protocol, ...(to.port !== undefined && { ports: { from: to.port, to: to.port } }) })}`
  const sender = flow ? `${from} (${flow.source})` : from
  const target = 'name' in to ? (flow ? `${to.name} (${flow.destination})` : to.name) : to.address
  const request = question.request ? `, ${question.request.action} on ${question.request.resource}` : ''
  return `${sender} to ${target}${traffic}${request}`
}

function verdictText({ verdict, blockers }: Trace, paint: (text: string, ansi: string) => string): string {
  const [first, ...others] = blockers
  if (!first) return paint(verdict, GREEN)
  const more = others.length === 0 ? '' : `, and ${others.length} more ${others.length === 1 ? 'blocker' : 'blockers'}`
  return `${paint(verdict, RED)} at ${stageText(first)} by ${shortArn(first.by)}${more}`
}

function stageText({ stage, direction }: Step): string {
  return direction === 'return' ? `${stage} (reply)` : stage
}

function columnWidths(rows: readonly TextRow[]): { readonly stage: number; readonly by: number } {
  const widest = (texts: readonly string[], limit: number) =>
    Math.min(limit, Math.max(0, ...texts.map((text) => text.length)))
  return {
    stage: widest(
      rows.map(({ stage }) => stage),
      24,
    ),
    by: widest(
      rows.map(({ by }) => by),
      36,
    ),
  }
}

/** Lines of at most `width` columns, cut at spaces; never narrower than 30. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > Math.max(30, width)) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
