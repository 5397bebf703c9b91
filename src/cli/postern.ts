// The command line: an HTTP client of the daemon like any other. One command a block; what a command does is in the
// file of its name.

import { Command } from 'commander'
import { addZoneCommands } from './az.ts'
import { askDaemon, CliError, findDaemon } from './daemon-client.ts'
import { down } from './down.ts'
import { environment } from './env.ts'
import { explain } from './explain.ts'
import { addFlowLogCommands } from './flow-logs.ts'
import { lab } from './lab.ts'
import { addOnPremisesCommands } from './on-premises.ts'
import { addPolicyCommands } from './policy.ts'
import { addSiteCommands } from './site.ts'
import { status } from './status.ts'
import { up } from './up.ts'

const DATA = ['--data <dir>', 'data directory of the daemon (default: the user state directory)'] as const

const program = new Command('postern')
  .description('AWS VPC endpoints and PrivateLink on Linux you own: the same API, real packets')
  // Options after a command's name are that command's, so that `exec` can pass on its own.
  .enablePositionalOptions()
  .showHelpAfterError('(postern --help shows all commands)')

program
  .command('up')
  .description('start a daemon; returns when the API answers')
  .option('--detach', 'leave it running behind this terminal')
  .option('--port <number>', 'loopback port of the API', '4566')
  .option(...DATA)
  .option('--dataplane <kind>', 'linux: real packets; model: the API and explain only', 'linux')
  .option('--auth <mode>', 'open: unknown keys are root of an account; strict: every signature is verified', 'open')
  .option('--s3-upstream <url>', 'serve S3 from another endpoint, as http://KEY:SECRET@HOST:PORT')
  .option(
    '--upstream <service=url>',
    'answer a service that Postern does not serve from another server, such as dynamodb=http://127.0.0.1:8000; repeatable',
    (text: string, before: readonly string[]) => [...before, text],
    [],
  )
  .option('--endpoint-bandwidth <rate>', 'limit each interface of an endpoint, either way, such as 10gbit')
  .option('--uplink', "let instances with a way to the internet out to this host's real network")
  .action(up)

program
  .command('down')
  .description('stop the daemon and take its network out of the kernel; what was created stays on disk')
  .option(...DATA)
  .action((options) => down(options.data))

program
  .command('status')
  .description('pid, endpoint, data directory, resources, revision wanted and in force, health')
  .option(...DATA)
  .option('--json', 'as JSON')
  .action((options) => status(findDaemon(options.data), options.json))

program
  .command('env')
  .description('shell lines that point AWS clients at the daemon: eval "$(postern env)"')
  .option(...DATA)
  .option('--account <id>', 'act as the root of this account', '123456789012')
  .option('--region <name>', 'default region', 'us-east-1')
  .action(async (options) => console.log(await environment(findDaemon(options.data), options)))

program
  .command('terraform')
  .description('run your own terraform or tofu against the daemon, with no file changed: postern terraform apply')
  .argument('[arguments...]', 'all that comes here goes to terraform as it is')
  .option(...DATA)
  .option('--account <id>', 'act as the root of this account', '123456789012')
  .option('--region <name>', 'region of providers that name none', process.env.AWS_REGION || 'us-east-1')
  .option('--binary <path>', 'the program to run (default: terraform, else tofu, on the PATH)')
  .passThroughOptions()
  .allowUnknownOption()
  .action(async (args: string[], { account, region, binary, data }) => {
    const { runTerraform } = await import('./terraform.ts')
    const words = args[0] === '--' ? args.slice(1) : args
    process.exitCode = await runTerraform({ daemon: findDaemon(data), account, region, binary, args: words })
  })

program
  .command('reset')
  .description('delete everything: an empty world again')
  .option(...DATA)
  .action(async (options) => {
    await askDaemon(findDaemon(options.data), 'POST', 'reset')
    console.log('the world is empty')
  })

program
  .command('exec')
  .description('run a command inside an instance, or on an on-premises host: postern exec i-… -- CMD [ARG…]')
  .argument('<instance>')
  .argument('<command...>')
  .option(...DATA)
  .passThroughOptions()
  .action(async (instanceId: string, words: string[], options) => {
    const { stdin, stdout, stderr } = process
    // Loaded only here: the HTTP client with its WebSocket takes longer to load than all other commands.
    const { runExec } = await import('./exec.ts')
    const argv = words[0] === '--' ? words.slice(1) : words
    try {
      process.exitCode = await runExec({ ...findDaemon(options.data), instanceId, argv, stdin, stdout, stderr })
    } finally {
      // An open terminal or pipe on stdin would keep the process alive after the command ended, or did not begin.
      stdin.destroy()
    }
  })

program
  .command('ssm')
  .description(
    'a Session Manager session, one command by it, or a forwarded port: postern ssm i-… [--port N] [-- CMD [ARG…]]',
  )
  .argument('<instance>')
  .argument('[command...]')
  .option(...DATA)
  .option('--account <id>', 'act as the root of this account', '123456789012')
  .option('--region <name>', 'the region of the instance', process.env.AWS_REGION || 'us-east-1')
  .option('--port <number>', 'forward connections to this port of the instance')
  .option('--local-port <number>', 'with --port: the port here; any that is free when it is not said')
  .option('--host <name>', 'with --port: a port of this machine, which the instance reaches, instead of its own')
  .passThroughOptions()
  .action(async (instanceId: string, words: string[], options) => {
    const { stdin, stdout, stderr } = process
    const { runSsm, runSsmPort } = await import('./ssm.ts')
    const argv = words[0] === '--' ? words.slice(1) : words
    const { account, region } = options
    const call = { daemon: findDaemon(options.data), instanceId, argv, account, region, stdin, stdout, stderr }
    try {
      const { port, localPort = '0', host } = options
      if (port === undefined) process.exitCode = await runSsm(call)
      else await runSsmPort({ ...call, port, localPort, host })
    } finally {
      stdin.destroy()
    }
  })

program
  .command('explain')
  .description(
    'why a packet or request from an instance passes or not, or what keeps an endpoint service from answering',
  )
  .argument(
    '<from>',
    'an instance or a network interface; or vpce-svc-…, or the ARN of a load balancer or target group',
  )
  .argument(
    '[to]',
    'NAME:PORT or ADDRESS:PORT (443 when left out), a URL, i-…, eni-…, vpce-…, vpce-svc-…, or ssm; after a vpce-svc-… a vpce-…',
  )
  .option('--protocol <name>', 'tcp, udp or icmp', 'tcp')
  .option('--method <method>', 'the method of the request to a URL; GET when left out')
  .option('--header <line...>', "headers of the request to a URL, each 'Name: value'")
  .option('--action <action>', 'an action to ask the policies for, such as s3:GetObject')
  .option('--resource <arn>', 'the resource of that action', '*')
  .option('--as <account>', 'say only what this account may see; without it everything is said')
  .option('--json', 'the whole trace as JSON')
  .option(...DATA)
  .action((from: string, to: string | undefined, options) => explain(findDaemon(options.data), from, to, options))

program
  .command('lab')
  .description('run a lab in a world of its own and prove its claims; without a name, list the labs')
  .argument('[name]', 'the lab')
  .option('--keep', 'leave the daemon running afterwards')
  .action(lab)

addPolicyCommands(program, DATA)
addZoneCommands(program, DATA)
addSiteCommands(program, DATA)
addFlowLogCommands(program, DATA)
addOnPremisesCommands(program, DATA)

const image = program.command('image').description('root file systems for instances')
image
  .command('import')
  .description('offer a root file system (a directory or a tar archive) as an AMI')
  .argument('<path>')
  .requiredOption('--name <name>', 'the name of the AMI')
  .option('--description <text>', 'its description', '')
  .option(...DATA)
  .action(async (path: string, options) => {
    const { name, description } = options
    const answer = await askDaemon(findDaemon(options.data), 'POST', 'images', { path, name, description })
    console.log(typeof answer === 'object' && answer && 'imageId' in answer ? answer.imageId : answer)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CliError)) throw error
  console.error(`postern: ${error.message}`)
  process.exitCode = 1
}
