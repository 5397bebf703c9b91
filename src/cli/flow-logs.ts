// `postern flow-logs`: delivers what flow logs have, without waiting for their intervals to end.

import type { Command } from 'commander'
import { askDaemon, findDaemon } from './daemon-client.ts'

/** What the daemon says of each flow log. */
interface Delivered {
  readonly id: string
  readonly destination: string
  readonly delivery?: string
  readonly error?: string
}

export function addFlowLogCommands(program: Command, data: readonly [string, string]): void {
  program
    .command('flow-logs')
    .description('deliver what flow logs have now, without waiting for their intervals to end')
    .option('--json', 'as JSON')
    .option(...data)
    .action(async (options, command: Command) => {
      const daemon = findDaemon(command.optsWithGlobals<{ readonly data?: string }>().data)
      const logs = (await askDaemon(daemon, 'POST', 'flow-logs/deliver', {})) as Delivered[]
      console.log(options.json ? JSON.stringify(logs, undefined, 2) : logs.map(formatDelivered).join('\n'))
    })
}

function formatDelivered({ id, destination, delivery = 'nothing to deliver', error }: Delivered): string {
  return `${id}\t${delivery}${error === undefined ? '' : ` (${error})`}\t${destination}`
}
