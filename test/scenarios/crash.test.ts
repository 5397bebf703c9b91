// The daemon is killed in the middle of a stream of calls: what was acknowledged is there afterwards, whole.
// Address plan: VPCs 10.N.0.0/16 with a subnet 10.N.1.0/24; of the endpoints 10.251.0.0/16 with 10.251.1.0/24.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { known } from './scenario-world.ts'

let world: LabWorld
beforeEach(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterEach(() => world.stop())

const OBJECT_BYTES = 50_000

function clients() {
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
  const options = { endpoint: world.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  return { ec2: new EC2Client(options), s3: new S3Client({ ...options, forcePathStyle: true }) }
}

interface Acknowledged {
  readonly subnets: [vpcId: string, subnetId: string][]
  readonly keys: string[]
}

/** Calls one after the other until the daemon is gone. */
async function streamOfCalls(acknowledged: Acknowledged, onAcknowledged: () => void): Promise<void> {
  const { ec2, s3 } = clients()
  const networks = async () => {
    for (let at = 1; ; at++) {
      const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${at % 250}.0.0/16` }))
      const VpcId = known(Vpc?.VpcId)
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: `10.${at % 250}.1.0/24` }))
      acknowledged.subnets.push([VpcId, known(Subnet?.SubnetId)])
      onAcknowledged()
    }
  }
  const objects = async () => {
    for (let at = 1; ; at++) {
      const Key = `object-${at}`
      await s3.send(new PutObjectCommand({ Bucket: 'crash', Key, Body: bodyOf(Key) }))
      acknowledged.keys.push(Key)
      onAcknowledged()
    }
  }
  await Promise.allSettled([networks(), networks(), objects(), objects()])
}

function bodyOf(key: string): string {
  return key.repeat(Math.ceil(OBJECT_BYTES / key.length)).slice(0, OBJECT_BYTES)
}

it('kill -9 while VPCs, subnets and objects are made loses none that was acknowledged', async () => {
  await clients().s3.send(new CreateBucketCommand({ Bucket: 'crash' }))
  const acknowledged: Acknowledged = { subnets: [], keys: [] }
  for (const kill of [20, 80]) {
    const target = Promise.withResolvers<void>()
    const stream = streamOfCalls(acknowledged, () => {
      if (acknowledged.subnets.length + acknowledged.keys.length >= kill) target.resolve()
    })
    await target.promise
    await world.signal('SIGKILL')
    await stream
    await world.up()
  }
  const { ec2, s3 } = clients()
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand())
  const found = new Map(Subnets.map(({ SubnetId, VpcId, State }) => [SubnetId, `${VpcId} ${State}`]))
  for (const [vpcId, subnetId] of acknowledged.subnets) expect(found.get(subnetId)).toBe(`${vpcId} available`)
  for (const Key of new Set(acknowledged.keys)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'crash', Key }))
    expect((await Body?.transformToString()) === bodyOf(Key), Key).toBe(true)
  }
  const { stdout } = await world.postern('status', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ health: 'ok', problems: [] })
})

it('kill -9 while interface endpoints are made and deleted leaves each whole, with its interface, or gone', async () => {
  const { Vpc } = await clients().ec2.send(new CreateVpcCommand({ CidrBlock: '10.251.0.0/16' }))
  const VpcId = known(Vpc?.VpcId)
  const { Subnet } = await clients().ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.251.1.0/24' }))
  const request = {
    VpcId,
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    VpcEndpointType: 'Interface' as const,
    SubnetIds: [known(Subnet?.SubnetId)],
    PrivateDnsEnabled: false,
  }
  const kept = new Set<string>()
  const deleted = new Set<string>()
  const target = Promise.withResolvers<void>()
  const { ec2 } = clients()
  const stream = async () => {
    for (let at = 0; ; at++) {
      const { VpcEndpoint } = await ec2.send(new CreateVpcEndpointCommand(request))
      const id = known(VpcEndpoint?.VpcEndpointId)
      if (at % 4 === 0) {
        kept.add(id)
        if (kept.size === 9) target.resolve()
        continue
      }
      await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
      deleted.add(id)
    }
  }
  const streams = Promise.allSettled([stream(), stream(), stream()])
  await target.promise
  await world.signal('SIGKILL')
  await streams
  await world.up()
  const shown = async () => (await clients().ec2.send(new DescribeVpcEndpointsCommand())).VpcEndpoints ?? []
  const settled = async () => (await shown()).every(({ State }) => String(State) === 'available')
  await expect.poll(settled).toBe(true)
  const endpoints = await shown()
  const ids = endpoints.map((endpoint) => endpoint.VpcEndpointId)
  expect(ids).toEqual(expect.arrayContaining([...kept]))
  expect(ids.filter((id) => deleted.has(known(id)))).toEqual([])
  const { NetworkInterfaces = [] } = await clients().ec2.send(new DescribeNetworkInterfacesCommand())
  const interfaces = NetworkInterfaces.map((eni) => eni.NetworkInterfaceId).sort()
  expect(interfaces).toEqual(endpoints.flatMap((endpoint) => endpoint.NetworkInterfaceIds ?? []).sort())
  expect(interfaces).toHaveLength(endpoints.length)
})
