// `postern status`: what runs, what it holds, and whether the kernel has it.

import type { Status } from '../api/status.ts'
import { askDaemon, type DaemonAccess } from './daemon-client.ts'

export async function status(daemon: DaemonAccess, json: boolean | undefined): Promise<void> {
  // The daemon is of the same version as this command line: one checkout serves both.
  const answer = (await askDaemon(daemon, 'GET', 'status')) as Status
  console.log(json ? JSON.stringify(answer, undefined, 2) : format(answer))
  if (answer.health !== 'ok') process.exitCode = 1
}

function format(answer: Status): string {
  const resources = Object.entries(answer.resources).filter(([, count]) => count > 0)
  const rows: [string, string][] = [
    ['health', answer.health],
    ['pid', String(answer.pid)],
    ['endpoint', answer.endpoint],
    ['data', answer.dataDirectory],
    ['data plane', `${answer.dataplane}${answer.dataplane === 'model' ? ' (no packet moves)' : ''}`],
    ['auth', answer.auth],
    ['revision', `${answer.revision.inForce} in force of ${answer.revision.wanted}`],
    ['repairs', String(answer.repairs)],
    ['resources', resources.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'],
    ...answer.failedZones.map(({ id, since }): [string, string] => ['zone down', `${id} since ${since}`]),
    ...answer.problems.map((problem): [string, string] => ['problem', problem]),
  ]
  return rows.map(([name, value]) => `${name.padEnd(11)}${value}`).join('\n')
}
