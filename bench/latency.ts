// From calls to the kernel: CreateVpcEndpoint to the first packet through it, in a small and in a large world; and a
// thousand instances from RunInstances to all running.

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
import { untilConnected } from './first-connection.ts'
import { limitRow, type Row } from './report.ts'
import { median } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 5

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
  const filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters: filters }))
  let id = ''
  const took = await untilConnected(namespace, { address: '52.216.1.1', port: 443 }, async () => {
    const RouteTableIds = [RouteTables?.[0]?.RouteTableId ?? '']
    const ServiceName = 'com.amazonaws.us-east-1.s3'
    const { VpcEndpoint } = await ec2.send(new CreateVpcEndpointCommand({ VpcId: vpcId, ServiceName, RouteTableIds }))
    id = VpcEndpoint?.VpcEndpointId ?? ''
  })
  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
  await whenEndpointsAreGone(ec2)
  return took
}

/** The next round must begin without a path: an endpoint is described until the kernel has lost it. */
async function whenEndpointsAreGone(ec2: EC2Client): Promise<void> {
  for (;;) {
    const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({}))
    if (!VpcEndpoints?.length) return
    await new Promise((tick) => setTimeout(tick, 20))
  }
}
