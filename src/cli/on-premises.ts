// `postern onprem`: networks outside of AWS, behind virtual private gateways. One command a block, as in postern.ts.

import type { Command } from 'commander'
import type { OnPremises } from '../api/on-premises.ts'
import { askDaemon, findDaemon } from './daemon-client.ts'

interface CreateOptions {
  readonly cidr: readonly string[]
  readonly via?: readonly string[]
  readonly address?: readonly string[]
  readonly resolver?: readonly string[]
}

export function addOnPremisesCommands(program: Command, data: readonly [string, string]): void {
  const onprem = program
    .command('onprem')
    .description('networks outside of AWS, behind VPN and Direct Connect: list, show, create, attach, detach, delete')
    .option(...data)
  const ask = (command: Command, method: 'GET' | 'POST', path: string, body?: object) =>
    askDaemon(findDaemon(command.optsWithGlobals<{ readonly data?: string }>().data), method, path, body)

  onprem
    .command('list', { isDefault: true })
    .description('the networks, with their blocks and what they are attached to')
    .option('--json', 'as JSON')
    .option(...data)
    .action(async (options, command: Command) => {
      const all = (await ask(command, 'GET', 'onprem')) as OnPremises[]
      console.log(options.json ? JSON.stringify(all, undefined, 2) : all.map(formatLine).join('\n'))
    })

  onprem
    .command('show')
    .description('one network, with what it has learnt of AWS')
    .argument('<name>')
    .option('--json', 'as JSON')
    .option(...data)
    .action(async (name: string, options, command: Command) => {
      const one = (await ask(command, 'POST', 'onprem/show', { name })) as OnPremises
      console.log(options.json ? JSON.stringify(one, undefined, 2) : format(one))
    })

  onprem
    .command('create')
    .description('a network with one host: postern exec onprem-NAME -- CMD runs programs there')
    .argument('<name>', 'such as head-office')
    .requiredOption('--cidr <block...>', 'its blocks, which AWS learns: 192.168.0.0/16, and 2001:db8:1::/48 beside it')
    .option(
      '--via <gateway...>',
      'a virtual private gateway (vgw-…), a VPN connection (vpn-…), a Direct Connect gateway or a virtual interface (dxvif-…)',
    )
    .option('--address <address...>', "its host's, one of each family; else the tenth of the first block")
    .option('--resolver <address...>', 'name servers that the host asks: inbound endpoints of Route 53 Resolver')
    .option(...data)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { cidr: cidrs, via = [], address, resolver: resolvers = [] } = options
      const body = { name, cidrs, via, resolvers, ...(address !== undefined && { address }) }
      console.log(format((await ask(command, 'POST', 'onprem/create', body)) as OnPremises))
    })

  for (const verb of ['attach', 'detach'] as const) {
    onprem
      .command(verb)
      .description(verb === 'attach' ? 'connect a network by one more gateway' : 'take a network from a gateway')
      .argument('<name>')
      .requiredOption(
        '--via <gateway>',
        'a virtual private gateway, a VPN connection, a Direct Connect gateway or a virtual interface',
      )
      .option(...data)
      .action(async (name: string, { via }: { readonly via: string }, command: Command) => {
        console.log(format((await ask(command, 'POST', `onprem/${verb}`, { name, via })) as OnPremises))
      })
  }

  onprem
    .command('delete')
    .description('end what runs in a network, and take it away')
    .argument('<name>')
    .option(...data)
    .action(async (name: string, _options, command: Command) => {
      await ask(command, 'POST', 'onprem/delete', { name })
      console.log(`${name} is gone`)
    })
}

function formatLine({ name, cidrs, address, via }: OnPremises): string {
  return [name, cidrs.join(','), address, via.join(',') || 'attached to nothing'].join('\t')
}

function format({ name, cidrs, address, ipv6Address, resolvers, via, routes, exec }: OnPremises): string {
  return [
    `${name}  ${cidrs.join(', ')}`,
    `  host      ${[address, ...(ipv6Address ? [ipv6Address] : [])].join(', ')}  (postern exec ${exec} -- …)`,
    `  via       ${via.join(', ') || 'nothing: postern onprem attach'}`,
    ...(resolvers.length > 0 ? [`  resolvers ${resolvers.join(', ')}`] : []),
    ...routes.map(({ cidr, via: by, vpcId }) => `  route     ${cidr} by ${by}${vpcId ? ` to ${vpcId}` : ''}`),
  ].join('\n')
}
