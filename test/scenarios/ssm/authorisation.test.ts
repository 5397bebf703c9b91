// Who may do what in Systems Manager: each call asks for AWS's action on AWS's ARN.
// Address plan: default VPC 172.31.0.0/16.

import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SendCommandCommand,
  type SSMClient,
  StartSessionCommand,
  TerminateSessionCommand,
} from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, known, ScenarioWorld } from '../scenario-world.ts'
import { Channel, type FakeAgent } from './fake-agent.ts'
import { launch, makeProfile, ssmClient } from './ssm-world.ts'

let world: ScenarioWorld
let web: FakeAgent
let app: FakeAgent
let users = 0

beforeAll(async () => {
  world = await ScenarioWorld.start()
  await makeProfile(world, 'managed')
  await makeProfile(world, 'unmanaged', [])
  const agents = await launch(world, 'managed', ['web', 'app'])
  web = known(agents[0])
  app = known(agents[1])
  for (const agent of agents) {
    await agent.updateInstanceInformation()
    await agent.controlChannel()
  }
  const root = ssmClient(world)
  for (const Name of ['/mine/a', '/theirs/a']) {
    await root.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String' }))
  }
})
afterAll(() => world.stop())

/** A user who may do what these statements say. */
async function userWith(...Statement: object[]): Promise<{ readonly ssm: SSMClient; readonly name: string }> {
  const UserName = `user${++users}`
  const iam = world.iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const accessKeyId = known(AccessKey?.AccessKeyId)
  const ssm = ssmClient(world, { accessKeyId, secretAccessKey: known(AccessKey?.SecretAccessKey) })
  return { ssm, name: UserName }
}

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...(Condition && { Condition }),
})
const arn = (resource: string) => `arn:aws:ssm:us-east-1:${ACCOUNT}:${resource}`
const instance = ({ instance: { id } }: FakeAgent) => `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${id}`
const denied = { name: 'AccessDeniedException' }

describe('parameters', () => {
  it('are allowed by their path', async () => {
    const { ssm } = await userWith(allow(['ssm:GetParameter', 'ssm:GetParameters'], arn('parameter/mine/*')))
    await ssm.send(new GetParameterCommand({ Name: '/mine/a' }))
    const asked = ssm.send(new GetParameterCommand({ Name: '/theirs/a' }))
    await expect(asked).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(
        `is not authorized to perform: ssm:GetParameter on resource: ${arn('parameter/theirs/a')}`,
      ),
    })
    await expect(ssm.send(new GetParametersCommand({ Names: ['/mine/a', '/theirs/a'] }))).rejects.toMatchObject(denied)
    await expect(ssm.send(new DescribeParametersCommand({}))).rejects.toMatchObject(denied)
  })
})

describe('commands', () => {
  const send = (ssm: SSMClient, agent: FakeAgent) =>
    ssm.send(
      new SendCommandCommand({
        InstanceIds: [agent.instance.id],
        DocumentName: 'AWS-RunShellScript',
        Parameters: { commands: ['true'] },
      }),
    )

  it('need the document and each instance', async () => {
    const document = 'arn:aws:ssm:us-east-1::document/AWS-RunShellScript'
    const { ssm } = await userWith(allow('ssm:SendCommand', [document, instance(web)]))
    await send(ssm, web)
    await expect(send(ssm, app)).rejects.toMatchObject(denied)
    const { ssm: other } = await userWith(allow('ssm:SendCommand', instance(web)))
    await expect(send(other, web)).rejects.toMatchObject(denied)
  })

  it('are allowed by a tag of the instance', async () => {
    const tagged = { StringEquals: { 'ssm:resourceTag/Name': 'app' } }
    const { ssm } = await userWith(
      allow('ssm:SendCommand', 'arn:aws:ssm:*::document/*'),
      allow('ssm:SendCommand', 'arn:aws:ec2:*:*:instance/*', tagged),
    )
    await send(ssm, app)
    await expect(send(ssm, web)).rejects.toMatchObject(denied)
  })
})

describe('sessions', () => {
  const start = (ssm: SSMClient, agent: FakeAgent, DocumentName?: string) =>
    ssm.send(new StartSessionCommand({ Target: agent.instance.id, DocumentName }))

  it('need the instance, and the document where one is named', async () => {
    const { ssm } = await userWith(allow('ssm:StartSession', instance(web)))
    await start(ssm, web)
    await expect(start(ssm, app)).rejects.toMatchObject(denied)
    await expect(start(ssm, web, 'AWS-StartInteractiveCommand')).rejects.toMatchObject(denied)
  })

  it('are ended by who began them, by their name or by the tag', async () => {
    const byName = allow('ssm:TerminateSession', arn(`session/$\{aws:username}-*`))
    const own = { StringLike: { 'ssm:resourceTag/aws:ssmmessages:session-id': [`$\{aws:userid}`] } }
    const byTag = allow('ssm:TerminateSession', arn('session/*'), own)
    for (const statement of [byName, byTag]) {
      const mine = await userWith(allow('ssm:StartSession', instance(web)), statement)
      const theirs = await userWith(statement)
      const { SessionId } = await start(mine.ssm, web)
      expect(SessionId).toMatch(new RegExp(`^${mine.name}-[0-9a-f]{17}$`))
      await expect(theirs.ssm.send(new TerminateSessionCommand({ SessionId }))).rejects.toMatchObject(denied)
      expect(await mine.ssm.send(new TerminateSessionCommand({ SessionId }))).toMatchObject({ SessionId })
    }
  })
})

describe('an agent', () => {
  it('whose role has no permission is refused at every door', async () => {
    const [bare] = await launch(world, 'unmanaged', ['bare'])
    const agent = known(bare)
    const { id } = agent.instance
    const answers = await Promise.all([
      agent.updateInstanceInformation(),
      agent.createChannel('control', id),
      agent.json('ec2messages', 'GetMessages', { Destination: id, MessagesRequestId: 'r' }),
    ])
    for (const { body } of answers) expect(body).toContain('because no identity-based policy allows the')
    const socket = agent.socket(`/v1/control-channel/${id}?role=subscribe&stream=input`)
    expect(await socket.closed()).toContain('403')
  })

  it('must sign: only a plugin opens its channel without', async () => {
    const { id } = web.instance
    const url = world.daemon.endpoint.replace('http', 'ws')
    expect(await new Channel(`${url}/v1/control-channel/${id}?role=subscribe`).closed()).toContain('403')
    const post = await fetch(`${world.daemon.endpoint}/v1/control-channel/${id}`, {
      method: 'POST',
      headers: { host: 'ssmmessages.us-east-1.amazonaws.com' },
      body: '{}',
    })
    expect(post.ok).toBe(false)
  })
})
