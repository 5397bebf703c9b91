// Several clients change one route table, one security group and one prefix list at once: each call is done whole or
// refused, none is lost, and a daemon that is killed meanwhile has done those that it acknowledged.
// Address plan: VPC 10.0.0.0/16; client C's routes are 172.16.C*16+N.0/24, its rules 192.168.C*16+N.0/24.

import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateManagedPrefixListCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteRouteCommand,
  DescribeManagedPrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  GetManagedPrefixListEntriesCommand,
  ModifyManagedPrefixListCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { known } from './scenario-world.ts'

const CLIENTS = [0, 1, 2, 3]
/** Of each kind, by each client. */
const CALLS = 10
/** A call at the same time may have taken the version. */
const TAKEN = /^(PrefixListVersionMismatch|IncorrectState)$/

interface Shared {
  readonly RouteTableId: string
  readonly GatewayId: string
  readonly GroupId: string
  readonly PrefixListId: string
}

/** What the daemon has acknowledged, and what nobody knows of, since it went while it was asked. */
class Acknowledged {
  readonly there = new Set<string>()
  readonly gone = new Set<string>()

  /** Runs a call after which `what` is there, or is not. Until it is acknowledged neither is known. */
  async does(what: string, isThere: boolean, call: Promise<unknown>): Promise<void> {
    this.there.delete(what)
    this.gone.delete(what)
    await call
    if (isThere) this.there.add(what)
    else this.gone.add(what)
  }

  get size(): number {
    return this.there.size + this.gone.size
  }

  check(found: readonly (string | undefined)[]): void {
    expect(found).toEqual(expect.arrayContaining([...this.there]))
    expect(found.filter((what) => what !== undefined && this.gone.has(what))).toEqual([])
    expect(new Set(found).size).toBe(found.length)
  }
}

let world: LabWorld
beforeEach(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterEach(() => world.stop())

function client(): EC2Client {
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
  return new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

async function share(): Promise<Shared> {
  const ec2 = client()
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand())
  const GatewayId = known(InternetGateway?.InternetGatewayId)
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }))
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }))
  const names = { GroupName: 'shared', Description: 'shared' }
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ VpcId, ...names }))
  const list = { PrefixListName: 'shared', AddressFamily: 'IPv4', MaxEntries: 100 }
  const { PrefixList } = await ec2.send(new CreateManagedPrefixListCommand(list))
  return {
    RouteTableId: known(RouteTable?.RouteTableId),
    GatewayId,
    GroupId: known(GroupId),
    PrefixListId: known(PrefixList?.PrefixListId),
  }
}

/** Each adds its routes, and takes away every third. */
async function changeRoutes({ RouteTableId, GatewayId }: Shared, who: number, routes: Acknowledged): Promise<void> {
  const ec2 = client()
  for (let at = 0; at < CALLS; at++) {
    const DestinationCidrBlock = `172.16.${who * 16 + at}.0/24`
    const route = { RouteTableId, DestinationCidrBlock }
    await routes.does(DestinationCidrBlock, true, ec2.send(new CreateRouteCommand({ ...route, GatewayId })))
    if (at % 3 === 2) await routes.does(DestinationCidrBlock, false, ec2.send(new DeleteRouteCommand(route)))
  }
}

/** Two rules by each call: both come, and both go. */
async function changeRules({ GroupId }: Shared, who: number, rules: Acknowledged): Promise<void> {
  const ec2 = client()
  for (let at = 0; at < CALLS; at++) {
    const block = `192.168.${who * 16 + at}.0/24`
    const request = { GroupId, IpPermissions: [443, 80].map((port) => tcp(port, block)) }
    await rules.does(block, true, ec2.send(new AuthorizeSecurityGroupIngressCommand(request)))
    if (at % 3 !== 0) await rules.does(block, false, ec2.send(new RevokeSecurityGroupIngressCommand(request)))
  }
}

function tcp(port: number, CidrIp: string) {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] }
}

/** Whoever saw an old version is refused, and looks again. */
async function changeEntries({ PrefixListId }: Shared, who: number, entries: Acknowledged): Promise<void> {
  const ec2 = client()
  for (let at = 0; at < CALLS; ) {
    const { PrefixLists } = await ec2.send(new DescribeManagedPrefixListsCommand({ PrefixListIds: [PrefixListId] }))
    const Cidr = `192.168.${who * 16 + at}.0/24`
    const seen = { PrefixListId, CurrentVersion: PrefixLists?.[0]?.Version }
    const call = ec2.send(new ModifyManagedPrefixListCommand({ ...seen, AddEntries: [{ Cidr }] }))
    const wasTaken = await entries.does(Cidr, true, call).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Error && TAKEN.test(error.name))) throw error
        return true
      },
    )
    if (!wasTaken) at++
  }
}

interface All {
  readonly routes: Acknowledged
  readonly rules: Acknowledged
  readonly entries: Acknowledged
}

function changeTogether(shared: Shared, { routes, rules, entries }: All): Promise<void>[] {
  return CLIENTS.flatMap((who) => [
    changeRoutes(shared, who, routes),
    changeRules(shared, who, rules),
    changeEntries(shared, who, entries),
  ])
}

async function expectWhole({ RouteTableId, GroupId, PrefixListId }: Shared, { routes, rules, entries }: All) {
  const ec2 = client()
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }))
  const shown = (RouteTables?.[0]?.Routes ?? []).filter(({ Origin }) => Origin === 'CreateRoute')
  routes.check(shown.map(({ DestinationCidrBlock }) => DestinationCidrBlock))
  const ofGroup = { Filters: [{ Name: 'group-id', Values: [GroupId] }] }
  const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand(ofGroup))
  const blocks = SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).map(({ CidrIpv4 }) => CidrIpv4)
  rules.check([...new Set(blocks)])
  // None half: each block has both of its rules.
  expect(blocks).toHaveLength(2 * new Set(blocks).size)
  const { Entries = [] } = await ec2.send(new GetManagedPrefixListEntriesCommand({ PrefixListId }))
  entries.check(Entries.map(({ Cidr }) => Cidr))
}

const nothing = (): All => ({ routes: new Acknowledged(), rules: new Acknowledged(), entries: new Acknowledged() })

it('every call of twelve clients at once is there, and whole', async () => {
  const shared = await share()
  const all = nothing()
  await Promise.all(changeTogether(shared, all))
  expect([all.routes.size, all.rules.size, all.entries.size]).toEqual([40, 40, 40])
  await expectWhole(shared, all)
  const { PrefixLists } = await client().send(
    new DescribeManagedPrefixListsCommand({ PrefixListIds: [shared.PrefixListId] }),
  )
  // The first version is the one that it was made with.
  expect(PrefixLists?.[0]).toMatchObject({ Version: 41, State: 'modify-complete' })
})

it('kill -9 amid them: those that were acknowledged are there, and none is there by half', async () => {
  const shared = await share()
  const all = nothing()
  const changes = Promise.allSettled(changeTogether(shared, all))
  await expect.poll(() => all.routes.size + all.rules.size + all.entries.size, { interval: 5 }).toBeGreaterThan(20)
  await world.signal('SIGKILL')
  await changes
  await world.up()
  await expectWhole(shared, all)
})
