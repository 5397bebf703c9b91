// From calls to the kernel: CreateVpcEndpoint to the first packet through it, in a small and in a large world; and a
// thousand instances from RunInstances to all running.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { LabWorld } from '../labs/lab-world.ts'
import { readWorldName } from '../src/store/world-directory.ts'
import { limitRow, type Row } from './report.ts'
import { median } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 5

/** Tries to connect every 2 ms and prints the wall clock in milliseconds when it first succeeds. */
const FIRST_CONNECTION = `
use Socket; use Fcntl; use Time::HiRes 'time'; use Errno; $| = 1; print "ready\\n";
my $to = sockaddr_in(443, inet_aton($ARGV[0])); my $end = time + 30; my @open;
while (time < $end) {
  socket(my $s, PF_INET, SOCK_STREAM, 0); fcntl($s, F_SETFL, O_NONBLOCK); connect($s, $to); push @open, $s;
  shift @open if @open > 64;
  my $bits = ''; vec($bits, fileno($_), 1) = 1 for @open;
  if (select(undef, my $ready = $bits, undef, 0.002) > 0) {
    for (@open) { if (vec($ready, fileno($_), 1) && getpeername($_)) { printf "%.3f\\n", time * 1000; exit } }
  }
}
`

export async function benchLatency(): Promise<Row[]> {
  const small = await inWorld(10, async (bench) => medianFirstPacket(bench))
  const { large, launch } = await inWorld(1, async (bench) => {
    const launched = await launchThousand(bench)
    return { launch: launched, large: await medianFirstPacket(bench) }
  })
  return [
    limitRow('CreateVpcEndpoint to the first packet, 10 instances', 'ms', small, 100),
    limitRow('CreateVpcEndpoint to the first packet, 1,000 interfaces', 'ms', large, 100),
    limitRow('1,000 instances from RunInstances to all running', 's', launch, 30),
  ]
}

interface Bench {
  readonly ec2: EC2Client
  readonly world: LabWorld
  readonly vpcId: string
  readonly subnetId: string
  readonly imageId: string
  /** One instance of the world, which sends the packets. */
  readonly instanceId: string
}

function inWorld<T>(instances: number, measure: (bench: Bench) => Promise<T>): Promise<T> {
  return withUndo(async (atEnd) => {
    const world = await LabWorld.start()
    atEnd(() => world.stop())
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const ec2 = new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const vpcId = Vpc?.VpcId ?? ''
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.0.0/20' }))
    const subnetId = Subnet?.SubnetId ?? ''
    const images = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
    const imageId = images.Images?.[0]?.ImageId ?? ''
    const ids = await launch({ ec2, subnetId, imageId }, instances)
    await whenRunning(ec2, instances)
    return measure({ ec2, world, vpcId, subnetId, imageId, instanceId: ids[0] ?? '' })
  })
}

async function launch(
  { ec2, subnetId, imageId }: Pick<Bench, 'ec2' | 'subnetId' | 'imageId'>,
  count: number,
): Promise<string[]> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId,
      InstanceType: 't3.micro',
      MinCount: count,
      MaxCount: count,
      SubnetId: subnetId,
    }),
  )
  return (Instances ?? []).map((instance) => instance.InstanceId ?? '')
}

/** Seconds until all of a thousand more are running. */
async function launchThousand(bench: Bench): Promise<number> {
  const started = performance.now()
  await launch(bench, 1000)
  await whenRunning(bench.ec2, 1001)
  return (performance.now() - started) / 1000
}

async function whenRunning(ec2: EC2Client, count: number): Promise<void> {
  const running = [{ Name: 'instance-state-name', Values: ['running'] }]
  for (;;) {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters: running }))
    const found = (Reservations ?? []).reduce((sum, reservation) => sum + (reservation.Instances?.length ?? 0), 0)
    if (found >= count) return
    await new Promise((tick) => setTimeout(tick, 100))
  }
}

async function medianFirstPacket(bench: Bench): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await firstPacket(bench))
  return median(rounds)
}

/** Milliseconds from the call to the first TCP connection that an instance gets through the new endpoint. */
async function firstPacket({ ec2, world, vpcId, instanceId }: Bench): Promise<number> {
  const namespace = `postern-${readWorldName(world.directory)}-${instanceId}`
  const prober = spawn('ip', ['netns', 'exec', namespace, 'perl', '-e', FIRST_CONNECTION, '52.216.1.1'])
  const lines = linesOf(prober)
  await lines.next()
  const filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters: filters }))
  const started = Date.now()
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: vpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [RouteTables?.[0]?.RouteTableId ?? ''],
    }),
  )
  const { value } = await lines.next()
  if (!value) throw new Error('no packet came through the endpoint in 30 s')
  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ''] }))
  await whenEndpointsAreGone(ec2)
  return Number(value) - started
}

/** The next round must begin without a path: an endpoint is described until the kernel has lost it. */
async function whenEndpointsAreGone(ec2: EC2Client): Promise<void> {
  for (;;) {
    const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({}))
    if (!VpcEndpoints?.length) return
    await new Promise((tick) => setTimeout(tick, 20))
  }
}

async function* linesOf(child: ChildProcess): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += chunk
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 1)
    }
  }
  return undefined
}
