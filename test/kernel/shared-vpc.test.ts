// A VPC whose owner runs the name server of its DHCP options, and shares the subnet with another account, whose instance asks
// it: by real packets, which the owner's group lets in or not. Needs root.
//
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24; the owner's name server 10.0.1.53, the participant's instance 10.0.1.20.

import * as EC2 from '@aws-sdk/client-ec2'
import { CreateAccountCommand, CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations'
import { CreateResourceShareCommand, EnableSharingWithAwsOrganizationCommand, RAMClient } from '@aws-sdk/client-ram'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/shared-vpc.test.ts: instances need root')

const SERVER = '10.0.1.53'
/** Answers every question for an address with 192.0.2.77, and no other. */
const NAME_SERVER = `#!/bin/sh
cat > /root/names.js <<'END'
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (asked, from) => {
  const end = asked.indexOf(0, 12) + 5
  const isAddress = asked.readUInt16BE(end - 4) === 1
  const head = Buffer.from([asked[0], asked[1], 0x81, 0x80, 0, 1, 0, isAddress ? 1 : 0, 0, 0, 0, 0])
  const answer = isAddress ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 77]) : Buffer.alloc(0)
  socket.send(Buffer.concat([head, asked.subarray(12, end), answer]), from.port, from.address)
})
socket.bind(53, () => require('node:fs').writeFileSync('/root/ready', ''))
END
nohup node /root/names.js > /dev/null 2>&1 &
`
const PATIENT = { timeout: 60_000, interval: 250 }

describe.skipIf(!isRoot)('a shared VPC with a name server of its own', () => {
  let world: LabWorld
  let owner: EC2.EC2Client
  let guest: EC2.EC2Client
  let guestAccount = ''
  const built = { vpc: '', subnet: '', group: '', guestGroup: '', server: '', instance: '' }

  beforeAll(async () => {
    world = await LabWorld.start()
    owner = new EC2.EC2Client(client())
    const network = await makeNetwork()
    built.vpc = network.VpcId
    built.subnet = network.SubnetId
    guestAccount = await share(network.arn)
    guest = new EC2.EC2Client(client(guestAccount))
    built.group = await makeGroup(owner)
    built.guestGroup = await makeGroup(guest)
    built.server = await launch(owner, built.group, SERVER, NAME_SERVER)
    built.instance = await launch(guest, built.guestGroup, '10.0.1.20')
  })

  afterAll(async () => {
    await world?.stop()
  })

  function client(accessKeyId = '123456789012') {
    const credentials = { accessKeyId, secretAccessKey: 'unused' }
    return { endpoint: world.endpoint, region: 'us-east-1', credentials }
  }

  async function makeNetwork() {
    const { Vpc } = await owner.send(new EC2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const VpcId = Vpc?.VpcId ?? ''
    const { Subnet } = await owner.send(new EC2.CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }))
    return { VpcId, SubnetId: Subnet?.SubnetId ?? '', arn: Subnet?.SubnetArn ?? '' }
  }

  /** The account that takes part. */
  async function share(subnetArn: string): Promise<string> {
    const organizations = new OrganizationsClient(client())
    const ram = new RAMClient(client())
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }))
    const account = { AccountName: 'guest', Email: 'guest@example.com' }
    const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand(account))
    const participant = CreateAccountStatus?.AccountId ?? ''
    await ram.send(new EnableSharingWithAwsOrganizationCommand({}))
    const wanted = { name: 'subnet', resourceArns: [subnetArn], principals: [participant] }
    await ram.send(new CreateResourceShareCommand(wanted))
    return participant
  }

  async function makeGroup(ec2: EC2.EC2Client): Promise<string> {
    const wanted = { VpcId: built.vpc, GroupName: 'own', Description: 'own' }
    return (await ec2.send(new EC2.CreateSecurityGroupCommand(wanted))).GroupId ?? ''
  }

  async function launch(ec2: EC2.EC2Client, groupId: string, PrivateIpAddress: string, script?: string) {
    const Filters = [{ Name: 'name', Values: ['al2023-ami-2023*'] }]
    const { Images } = await ec2.send(new EC2.DescribeImagesCommand({ Filters }))
    const wanted = {
      ImageId: Images?.[0]?.ImageId,
      InstanceType: Images?.[0]?.Architecture === 'arm64' ? ('t4g.micro' as const) : ('t3.micro' as const),
      MinCount: 1,
      MaxCount: 1,
      SubnetId: built.subnet,
      SecurityGroupIds: [groupId],
      PrivateIpAddress,
      ...(script && { UserData: Buffer.from(script).toString('base64') }),
    }
    const { Instances } = await ec2.send(new EC2.RunInstancesCommand(wanted))
    const InstanceIds = [Instances?.[0]?.InstanceId ?? '']
    await EC2.waitUntilInstanceRunning({ client: ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { InstanceIds })
    return InstanceIds[0] ?? ''
  }

  const resolverFile = async () => (await world.exec(built.instance, 'cat', '/etc/resolv.conf')).stdout
  /** A client that is lost waits far longer than it needs to be known. */
  const address = async () =>
    (await world.exec(built.instance, 'timeout', '3', 'getent', 'ahostsv4', 'printer')).stdout.split(/\s/)[0]

  test('other DHCP options reach an instance that runs, and another account’s as well', async () => {
    expect(await resolverFile()).toContain('nameserver 10.0.0.2')
    const DhcpConfigurations = [
      { Key: 'domain-name', Values: ['corp.example'] },
      { Key: 'domain-name-servers', Values: [SERVER] },
    ]
    const { DhcpOptions } = await owner.send(new EC2.CreateDhcpOptionsCommand({ DhcpConfigurations }))
    const { DhcpOptionsId } = DhcpOptions ?? {}
    await owner.send(new EC2.AssociateDhcpOptionsCommand({ VpcId: built.vpc, DhcpOptionsId }))
    await expect
      .poll(resolverFile, PATIENT)
      .toBe(`search corp.example\nnameserver ${SERVER}\noptions timeout:2 attempts:5\n`)
    const { blockers } = await world.explain(built.instance, 'printer.corp.example:80')
    expect(blockers[0]).toMatchObject({ stage: 'dns', by: DhcpOptionsId })
  })

  test('questions go to that server once the owner’s group lets the participant’s in', async () => {
    const ready = async () => (await world.exec(built.server, 'test', '-e', '/root/ready')).code
    await expect.poll(ready, PATIENT).toBe(0)
    const explained = async () => {
      const argv = [built.instance, `${SERVER}:53`, '--protocol', 'udp', '--json']
      return JSON.parse((await world.postern('explain', ...argv)).stdout).verdict
    }
    expect(await explained()).toBe('stopped')
    expect(await address()).toBe('')
    const IpPermissions = [
      {
        IpProtocol: 'udp',
        FromPort: 53,
        ToPort: 53,
        UserIdGroupPairs: [{ GroupId: built.guestGroup, UserId: guestAccount }],
      },
    ]
    await owner.send(new EC2.AuthorizeSecurityGroupIngressCommand({ GroupId: built.group, IpPermissions }))
    await expect.poll(explained, PATIENT).toBe('reachable')
    await expect.poll(address, PATIENT).toBe('192.0.2.77')
  })
})
