// `postern policy`: policies checked, asked and suggested. One command a block, as in postern.ts.

import type { Command } from 'commander'

const again = (text: string, before: readonly string[]) => [...before, text]

const LAYERS_HELP = `
The document of --policies holds policies by layer, each as an object or as text; all are optional:
  {"identity": …, "boundary": …, "session": …, "resource": …, "endpoint": …,
   "scps": [of the root, of each unit, of the account], "rcps": […],
   "resourceAccount": "123456789012", "endpointType": "Gateway"}
identity and session may be lists. The exit code is 0 when the request is allowed, 2 when it is denied.`

export function addPolicyCommands(program: Command, data: readonly [string, string]): void {
  const policy = program.command('policy').description('check policies, ask them, and have one suggested')

  policy
    .command('check')
    .description("validate and lint a policy: postern policy check FILE, or vpce-… for an endpoint's policy in force")
    .argument('<file>', 'a file (- for standard input), or the id of an endpoint')
    .option('--kind <kind>', 'endpoint, identity, boundary, session, resource, trust, scp or rcp; else it is guessed')
    .option('--service <name>', 'the service of the endpoint that it is for, such as s3')
    .option('--type <type>', 'the type of that endpoint: Gateway or Interface')
    .option('--json', 'as JSON')
    .option(...data)
    .action(async (what: string, options) => (await import('./policy-check.ts')).policyCheck(what, options))

  policy
    .command('eval')
    .description(
      'what the policies say to a request: postern policy eval --as ARN --action s3:GetObject --resource ARN',
    )
    .requiredOption(
      '--as <arn>',
      'who asks: the ARN of a root, user, role, session or federated user, an account, or anonymous',
    )
    .requiredOption('--action <action>', 'such as s3:GetObject')
    .option('--resource <arn>', 'the resource of that action', '*')
    .option('--via <endpoint>', 'the VPC endpoint that the request comes by; absent: not by one')
    .option('--context <key=value>', 'a condition key; given again: one of many values; k= is no value', again, [])
    .option('--policies <file>', 'ask this document of all layers instead of the world (- for standard input)')
    .option('--json', 'as JSON')
    .option(...data)
    .addHelpText('after', LAYERS_HELP)
    // Loaded only here, as the evaluator is nothing to the other commands.
    .action(async (options) => (await import('./policy-eval.ts')).policyEval(options))

  policy
    .command('suggest')
    .description('the least policy that lets pass what was seen to pass an endpoint')
    .argument('<endpoint>', 'the id of the endpoint')
    .option('--since <time>', 'of the last 30m, 1h or 7d, or since a date; else of all that the trail has')
    .option('--json', 'as JSON, with what it was made from')
    .option(...data)
    .action(async (id: string, options) => (await import('./policy-suggest.ts')).policySuggest(id, options))
}
