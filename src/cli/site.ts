// `postern site`: the sites of Postern's internet. One command a block, as in postern.ts.

import type { Command } from 'commander'
import type { Site } from '../api/site.ts'
import { askDaemon, findDaemon } from './daemon-client.ts'

export function addSiteCommands(program: Command, data: readonly [string, string]): void {
  const site = program
    .command('site')
    .description('the sites of the internet beyond internet gateways: list, add, remove')
    .option(...data)
  const daemonOf = (command: Command) => findDaemon(command.optsWithGlobals<{ readonly data?: string }>().data)

  site
    .command('list', { isDefault: true })
    .description('the sites, with their addresses and what their pages come from')
    .option('--json', 'as JSON')
    .option(...data)
    .action(async (options, command: Command) => {
      const sites = (await askDaemon(daemonOf(command), 'GET', 'sites')) as Site[]
      console.log(options.json ? JSON.stringify(sites, undefined, 2) : sites.map(formatSite).join('\n'))
    })

  site
    .command('add')
    .description('a site that answers on ports 80 and 443')
    .argument('<name>', 'such as www.example.org')
    .option('--url <url>', 'fetch its pages from this server, as the host reaches it; else it has one small page')
    .option(...data)
    .action(async (name: string, { url }: { readonly url?: string }, command: Command) => {
      const body = { name, ...(url !== undefined && { url }) }
      const made = (await askDaemon(daemonOf(command), 'POST', 'sites/add', body)) as Site
      console.log(formatSite(made))
    })

  site
    .command('remove')
    .description('take a site away')
    .argument('<name>', 'the name of a site that was added')
    .option(...data)
    .action(async (name: string, _options, command: Command) => {
      await askDaemon(daemonOf(command), 'POST', 'sites/remove', { name })
      console.log(`${name} is gone`)
    })
}

function formatSite({ name, address, url }: Site): string {
  return `${address}\t${name}${url === undefined ? '' : `\t${url}`}`
}
